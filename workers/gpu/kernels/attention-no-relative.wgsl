// Plain attention has no relative terms: what grid-attention-relative-sums.wgsl does is nothing here.
fn clear_relative(span: Span, first: u32, lane: u32) {}

fn add_relative(span: Span, first: u32, count: u32, lane: u32) {}
