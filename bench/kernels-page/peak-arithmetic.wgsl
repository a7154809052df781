// As many multiplications with additions as an adapter can do: eight independent sums of four lanes an invocation, no memory but
// for the last store. 64 operations a turn of the loop.
@group(0) @binding(0) var<storage, read> factors: array<vec4<f32>, 2>;
@group(0) @binding(1) var<storage, read> turns: u32;
@group(0) @binding(2) var<storage, read_write> out: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let factor = factors[0];
  let term = factors[1];
  var a = vec4<f32>(f32(id.x));
  var b = a + 1;
  var c = a + 2;
  var d = a + 3;
  var e = a + 4;
  var f = a + 5;
  var g = a + 6;
  var h = a + 7;
  for (var turn = 0u; turn < turns; turn++) {
    a = a * factor + term;
    b = b * factor + term;
    c = c * factor + term;
    d = d * factor + term;
    e = e * factor + term;
    f = f * factor + term;
    g = g * factor + term;
    h = h * factor + term;
  }
  out[id.x] = ((a + b) + (c + d)) + ((e + f) + (g + h));
}
