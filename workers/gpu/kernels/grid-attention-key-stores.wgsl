// The gradients of k and v of attention in a grid: the second and the last third of dqkv [N,h,w,3C].
@group(0) @binding(5) var<storage, read_write> d_qkv: array<vec4<f32>>;

fn store_key(span: Span, token: u32, quad: u32, key: vec4<f32>, value: vec4<f32>) {
  d_qkv[key_at(span, token) + quad] = key;
  d_qkv[value_at(span, token) + quad] = value;
}
