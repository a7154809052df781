/** Finds the array buffers inside a plain result, so that they are transferred and not copied. */

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * Every distinct ArrayBuffer below a plain value: in typed arrays, in arrays and in plain objects.
 * Shared buffers, files and other host objects are left to the structured clone.
 * Cost: one visit of every nested value.
 */
export function ownedBuffers(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if (part instanceof ArrayBuffer) found.add(part);
    else if (ArrayBuffer.isView(part)) {
      if (part.buffer instanceof ArrayBuffer) found.add(part.buffer);
    } else if (Array.isArray(part)) {
      for (const element of part) visit(element);
    } else if (isPlain(part)) {
      for (const element of Object.values(part)) visit(element);
    }
  };
  visit(value);
  return [...found];
}
