// The gradients of k and v of plain attention: dk, dv [N,S,C].
@group(0) @binding(5) var<storage, read_write> d_key: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> d_value: array<vec4<f32>>;

fn store_key(span: Span, token: u32, quad: u32, key: vec4<f32>, value: vec4<f32>) {
  d_key[key_at(span, token) + quad] = key;
  d_value[value_at(span, token) + quad] = value;
}
