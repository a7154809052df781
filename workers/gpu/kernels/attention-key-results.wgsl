// dk = dS^T q / sqrt(D) and dv = P^T dOut, four keys of a head at a time.
fn store(span: Span, keys: vec4<u32>, quad: u32, isKey: vec4<bool>, d_key: mat4x4<f32>, d_value: mat4x4<f32>) {
  if (quad >= QUADS) { return; }
  if (isKey.x) { store_key(span, keys.x, quad, d_key[0] * SCALE, d_value[0]); }
  if (isKey.y) { store_key(span, keys.y, quad, d_key[1] * SCALE, d_value[1]); }
  if (isKey.z) { store_key(span, keys.z, quad, d_key[2] * SCALE, d_value[2]); }
  if (isKey.w) { store_key(span, keys.w, quad, d_key[3] * SCALE, d_value[3]); }
}
