/** From the objects of a checkpoint to named tensors: names of nested dictionaries, checks of every extent, reading. */
import { WorkbenchError } from '../errors.ts';
import { isGlobal } from './pickle.ts';
import { countElements, ITEM_BYTES, missingTensor, toFloat32 } from './tensor-source-values.ts';
import type { MetadataValue, TensorInfo, TensorSource } from './tensor-source.ts';
import { isStorage, isTensor, type TorchTensor, type TorchValue } from './torch-checkpoint-objects.ts';

/** Deeper nesting than any checkpoint's; a value that holds itself would have no end. */
const MAX_DEPTH = 64;
/** Values in all: lists that hold one list many times could grow without end. */
const MAX_VALUES = 2 ** 20;
/** Elements of a tensor that repeats its elements (stride 0), in a file of fewer bytes. */
const MAX_REPEATED_ELEMENTS = 2 ** 24;

function damaged(problem: string): WorkbenchError {
  return new WorkbenchError('checkpoint/damaged', `This checkpoint contradicts itself: ${problem}.`);
}

interface NamedValues {
  readonly tensors: Map<string, TorchTensor>;
  readonly metadata: Map<string, MetadataValue>;
}

function keyText(key: TorchValue): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean') return String(key);
  throw damaged('a dictionary has a key that is neither text nor a number');
}

/** Names everything by its path through dictionaries and lists. */
function nameValues(root: TorchValue): NamedValues {
  const tensors = new Map<string, TorchTensor>();
  const metadata = new Map<string, MetadataValue>();
  let valueCount = 0;

  function store<T>(values: Map<string, T>, name: string, value: T): void {
    if (tensors.has(name) || metadata.has(name)) throw damaged(`two values have the name "${name}"`);
    values.set(name, value);
  }
  function visit(value: TorchValue, path: string, depth: number): void {
    if (depth > MAX_DEPTH || ++valueCount > MAX_VALUES) throw damaged('its values are nested without end');
    const below = path === '' ? '' : `${path}.`;
    if (value instanceof Map) {
      for (const [key, item] of value) visit(item, below + keyText(key), depth + 1);
    } else if (Array.isArray(value)) {
      value.forEach((item, index) => {
        visit(item, `${below}${index}`, depth + 1);
      });
    } else if (isTensor(value)) store(tensors, path, value);
    else if (isGlobal(value)) store(metadata, path, value.path);
    else if (!isStorage(value)) store(metadata, path, value);
  }

  visit(root, '', 0);
  return { tensors, metadata };
}

/** The elements of its storage that a tensor uses: from the first on, so many. */
function extent({ offset, shape, strides }: TorchTensor): { first: number; count: number } {
  if (countElements(shape) === 0) return { first: 0, count: 0 };
  const span = shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] as number), 0);
  return { first: offset, count: span + 1 };
}

function requireExtent(name: string, tensor: TorchTensor, fileBytes: number): void {
  const { first, count } = extent(tensor);
  const { key, elementCount } = tensor.storage;
  if (first + count > elementCount) {
    throw new WorkbenchError(
      'checkpoint/bad-storage',
      `The tensor "${name}" needs ${first + count} elements; its storage has ${elementCount}.`,
      { context: { tensor: name, storage: key } },
    );
  }
  if (countElements(tensor.shape) > Math.max(MAX_REPEATED_ELEMENTS, fileBytes)) {
    throw damaged(
      `the tensor "${name}" claims the shape (${tensor.shape.join(', ')}) in a file of ${fileBytes} bytes`,
    );
  }
}

/** Whether row-major order is the order of the elements in the storage. */
function isContiguous({ shape, strides }: TorchTensor): boolean {
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size > 1 && strides[axis] !== stride) return false;
    stride *= size;
  }
  return true;
}

/** The elements in row-major order, from those of the tensor's extent. */
function gather(values: Float32Array, { shape, strides }: TorchTensor): Float32Array<ArrayBuffer> {
  const result = new Float32Array(countElements(shape));
  const index = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < result.length; target++) {
    result[target] = values[source] as number;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] as number) + 1;
      source += strides[axis] as number;
      if (next < (shape[axis] as number)) {
        index[axis] = next;
        break;
      }
      index[axis] = 0;
      source -= (strides[axis] as number) * next;
    }
  }
  return result;
}

/** The part of a storage, in bytes, in a buffer of its own. */
export type ReadStorage = (
  key: string,
  offsetBytes: number,
  lengthBytes: number,
) => Promise<Uint8Array<ArrayBuffer>>;

/**
 * The tensors below `root`, whose storages must be known to be whole.
 * Errors: `checkpoint/damaged`, `checkpoint/bad-storage` for a tensor that does not fit its storage.
 */
export function createTorchSource(
  root: TorchValue,
  sizeBytes: number,
  readStorage: ReadStorage,
): TensorSource {
  const { tensors, metadata } = nameValues(root);
  const infos = new Map<string, TensorInfo>();
  for (const [name, tensor] of tensors) {
    requireExtent(name, tensor, sizeBytes);
    infos.set(name, { name, dtype: tensor.storage.dtype, shape: tensor.shape });
  }
  return {
    tensors: infos,
    metadata,
    sizeBytes,
    async read(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw missingTensor(name);
      const { first, count } = extent(tensor);
      if (count === 0) return new Float32Array(0);
      const { key, dtype, firstElement } = tensor.storage;
      const itemBytes = ITEM_BYTES[dtype];
      const bytes = await readStorage(key, (firstElement + first) * itemBytes, count * itemBytes);
      const values = toFloat32(bytes, dtype);
      return isContiguous(tensor) ? values : gather(values, tensor);
    },
  };
}
