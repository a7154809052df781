/** The objects of PyTorch that a checkpoint may hold: tensors, and the storages whose elements they are. */
import { WorkbenchError } from '../errors.ts';
import { damagedPickle } from './pickle-cursor.ts';
import { isGlobal, type PickleValue, type PickleVocabulary } from './pickle.ts';
import type { TensorDtype } from './tensor-source.ts';

/** A run of elements that tensors share. */
export interface TorchStorage {
  readonly kind: 'storage';
  /** Under which the file keeps the bytes. */
  readonly key: string;
  readonly dtype: TensorDtype;
  /** Elements that the file keeps under the key. */
  readonly storedCount: number;
  /** Where this storage starts among them, and how many of them it has: files before PyTorch 0.4 share parts. */
  readonly firstElement: number;
  readonly elementCount: number;
}

/** A view of a storage. Offset and strides in elements. */
export interface TorchTensor {
  readonly kind: 'tensor';
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

export type TorchObject = TorchStorage | TorchTensor;
export type TorchValue = PickleValue<TorchObject>;

const STORAGE_DTYPES: Readonly<Record<string, TensorDtype>> = {
  'torch.DoubleStorage': 'float64',
  'torch.FloatStorage': 'float32',
  'torch.HalfStorage': 'float16',
  'torch.BFloat16Storage': 'bfloat16',
  'torch.LongStorage': 'int64',
  'torch.IntStorage': 'int32',
  'torch.ShortStorage': 'int16',
  'torch.CharStorage': 'int8',
  'torch.ByteStorage': 'uint8',
  'torch.BoolStorage': 'bool',
};

/** Storage classes, of which those that are not in the table above are refused by dtype. */
const STORAGE_NAME = /^torch\.[A-Za-z0-9]+Storage$/;
/** Number types that stand in a checkpoint as plain values. */
const DTYPE_NAME =
  /^torch\.(?:float64|float32|float16|bfloat16|int64|int32|int16|int8|uint8|bool|complex64|complex128)$/;

const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
/** The same with fewer arguments, before PyTorch 0.4: torchvision's first InceptionV3 is such a file. */
const REBUILD_OLD_TENSOR = 'torch._utils._rebuild_tensor';
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';
const SIZE = 'torch.Size';
const CALLABLE = new Set([REBUILD_TENSOR, REBUILD_OLD_TENSOR, REBUILD_PARAMETER, SIZE]);

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}

/** True for a tensor among the values of a checkpoint. */
export function isTensor(value: TorchValue | undefined): value is TorchTensor {
  return isObject(value) && value.kind === 'tensor';
}

/** True for a storage among the values of a checkpoint. */
export function isStorage(value: TorchValue | undefined): value is TorchStorage {
  return isObject(value) && value.kind === 'storage';
}

function isObject(value: TorchValue | undefined): value is Exclude<
  TorchValue,
  unknown[] | string | number
> & {
  readonly kind: string;
} {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

function rebuildTensor(args: readonly TorchValue[]): TorchTensor {
  const [storage, offset, shape, strides, , , pending = null] = args;
  if (!isStorage(storage) || !isCount(offset) || !isCounts(shape) || !isCounts(strides)) {
    throw damagedPickle('a tensor is described by what is no storage, offset, shape and strides');
  }
  if (shape.length !== strides.length || shape.length > 32)
    throw damagedPickle('a tensor has another number of strides than of axes');
  // `{neg: True}` or `{conj: True}`: the storage holds the values before that.
  if (pending !== null) {
    throw new WorkbenchError(
      'checkpoint/unsupported-dtype',
      'A tensor of this file is to be negated or conjugated when it is read, which is not done here.',
      { hint: 'Save it again after tensor.resolve_neg() or tensor.resolve_conj().' },
    );
  }
  return { kind: 'tensor', storage, offset, shape, strides };
}

function callTorch(path: string, args: readonly TorchValue[]): TorchValue {
  const [first] = args;
  if (path === REBUILD_TENSOR || path === REBUILD_OLD_TENSOR) return rebuildTensor(args);
  if (path === REBUILD_PARAMETER && isTensor(first)) return first;
  if (path === SIZE && isCounts(first)) return first;
  throw damagedPickle(`${path} is called with what does not fit it`);
}

/** `('storage', class, key, device, element count)`, in legacy files with `None` or `(key, first element, count)` behind. */
function resolveStorage(id: TorchValue): TorchStorage {
  if (!Array.isArray(id) || id[0] !== 'storage') throw damagedPickle('an id stands for what is no storage');
  const [, type, key, , storedCount, view = null] = id;
  if (!isGlobal(type) || typeof key !== 'string' || !isCount(storedCount)) {
    throw damagedPickle('a storage lacks its type, key or size');
  }
  const dtype = STORAGE_DTYPES[type.path];
  if (dtype === undefined) {
    throw new WorkbenchError(
      'checkpoint/unsupported-dtype',
      `The file holds a ${type.path}, which is not read.`,
      {
        context: { storage: type.path },
      },
    );
  }
  if (view === null) {
    return { kind: 'storage', key, dtype, storedCount, firstElement: 0, elementCount: storedCount };
  }
  const [, firstElement, elementCount] = Array.isArray(view) ? view : [];
  if (!isCount(firstElement) || !isCount(elementCount) || firstElement + elementCount > storedCount) {
    throw damagedPickle('a part of a storage lies outside of it');
  }
  return { kind: 'storage', key, dtype, storedCount, firstElement, elementCount };
}

/**
 * What the pickle of a checkpoint may name, and the storages it turns out to have, by key.
 * One vocabulary reads one file.
 */
export function createTorchVocabulary(): {
  vocabulary: PickleVocabulary<TorchObject>;
  storages: ReadonlyMap<string, TorchStorage>;
} {
  const storages = new Map<string, TorchStorage>();
  return {
    storages,
    vocabulary: {
      knows: (path) => CALLABLE.has(path) || STORAGE_NAME.test(path) || DTYPE_NAME.test(path),
      call: callTorch,
      resolve(id) {
        const storage = resolveStorage(id);
        const { key, dtype, storedCount } = storage;
        const known = storages.get(key);
        if (known !== undefined && (known.dtype !== dtype || known.storedCount !== storedCount))
          throw damagedPickle(`the storage "${key}" has two types or sizes`);
        storages.set(key, storage);
        return storage;
      },
    },
  };
}
