// Index arithmetic over at most six axes of sizes that are fixed per pipeline; a prelude of other files.

override SIZE_0: u32 = 1;
override SIZE_1: u32 = 1;
override SIZE_2: u32 = 1;
override SIZE_3: u32 = 1;
override SIZE_4: u32 = 1;
override SIZE_5: u32 = 1;

// Position along each axis of a row-major index, the outermost three and the innermost three.
struct Position {
  outer: vec3<u32>,
  inner: vec3<u32>,
}

fn position_of(index: u32) -> Position {
  let at_4 = index / SIZE_5;
  let at_3 = at_4 / SIZE_4;
  let at_2 = at_3 / SIZE_3;
  let at_1 = at_2 / SIZE_2;
  let at_0 = at_1 / SIZE_1;
  return Position(
    vec3(at_0, at_1 % SIZE_1, at_2 % SIZE_2),
    vec3(at_3 % SIZE_3, at_4 % SIZE_4, index % SIZE_5),
  );
}

// Offset of the element at a position, given the strides of the axes.
fn offset_at(position: Position, outer: vec3<u32>, inner: vec3<u32>) -> u32 {
  let parts = position.outer * outer + position.inner * inner;
  return parts.x + parts.y + parts.z;
}
