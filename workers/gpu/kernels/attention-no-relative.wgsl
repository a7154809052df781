// Plain attention has no relative terms: what grid-attention-relative-sums.wgsl and grid-attention-own-relative-sums.wgsl do is
// nothing here.
fn clear_relative(span: Span, first: u32, lane: u32) {}

fn add_relative(span: Span, first: u32, count: u32, lane: u32) {}

fn clear_own_relative(span: Span, query: u32) {}

fn add_own_relative(span: Span, query: u32, keys: vec4<u32>, d_scores: vec4<f32>) {}
