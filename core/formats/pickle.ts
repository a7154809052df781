/**
 * A machine for the part of Python's pickle format that plain data needs: scalars, text, lists, tuples, sets and
 * dictionaries. Every name that a pickle imports must be one that the caller knows how to make; any other is refused by
 * name. Nothing in a pickle is ever executed.
 * Source: CPython, Lib/pickletools.py, the description of the operations.
 */
import { WorkbenchError } from '../errors.ts';
import { createPickleCursor, damagedPickle } from './pickle-cursor.ts';

/** A name that the pickle imports and the vocabulary knows, such as `torch.FloatStorage`. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly path: string;
}

/** What a pickle may hold; T are the objects of the vocabulary. Lists, tuples and sets are arrays, dictionaries are maps. */
export type PickleValue<T> =
  | null
  | boolean
  | number
  | bigint
  | string
  | T
  | PickleGlobal
  | PickleValue<T>[]
  | Map<PickleValue<T>, PickleValue<T>>;

/** The imported names that are made into objects, and how. */
export interface PickleVocabulary<T> {
  /** Whether `module.name` may appear. */
  knows(path: string): boolean;
  /** What calling a known name makes. Errors: `pickle/damaged` for arguments that do not fit. */
  call(path: string, args: readonly PickleValue<T>[]): PickleValue<T>;
  /** The object that a persistent id stands for. Errors: as `call`. */
  resolve(id: PickleValue<T>): T;
}

/** Names that every pickle may use: they make plain containers. */
const CONTAINERS = {
  'collections.OrderedDict': (args: readonly unknown[]) =>
    new Map(args[0] as [unknown, unknown][] | undefined),
  'builtins.set': (args: readonly unknown[]) => [...((args[0] as unknown[] | undefined) ?? [])],
};

function isContainer(path: string): path is keyof typeof CONTAINERS {
  return Object.hasOwn(CONTAINERS, path);
}

function refused(what: string): WorkbenchError {
  return new WorkbenchError(
    'pickle/refused-object',
    `The file asks for ${what}. Only tensors, dictionaries, lists and plain values are read; nothing in the file was run.`,
    { context: { object: what } },
  );
}

/** Operations that make objects in ways no tensor needs. */
const REFUSED_OPERATIONS: Readonly<Record<number, string>> = {
  0x6f: 'an instance of a class (OBJ)',
  0x81: 'an instance of a class (NEWOBJ)',
  0x92: 'an instance of a class (NEWOBJ_EX)',
  0x82: 'an object of the extension registry (EXT1)',
  0x83: 'an object of the extension registry (EXT2)',
  0x84: 'an object of the extension registry (EXT4)',
  0x50: 'an object by a text id (PERSID)',
  0x42: 'a bytes object (BINBYTES)',
  0x43: 'a bytes object (SHORT_BINBYTES)',
  0x8e: 'a bytes object (BINBYTES8)',
  0x96: 'a bytearray object (BYTEARRAY8)',
  0x97: 'a buffer outside of the file (NEXT_BUFFER)',
  0x98: 'a buffer outside of the file (READONLY_BUFFER)',
};

/**
 * Reads the pickle that starts at `offset`.
 * Returns its value and where the next byte after it is.
 * Errors: `pickle/refused-object`, `pickle/damaged` (with `truncated` in its context when the bytes end too early).
 * Cost: memory in proportion to the bytes of the pickle, whatever it claims.
 */
export function readPickle<T extends object>(
  bytes: Uint8Array,
  offset: number,
  vocabulary: PickleVocabulary<T>,
): { value: PickleValue<T>; endOffset: number } {
  type Item = PickleValue<T>;
  const cursor = createPickleCursor(bytes, offset);
  const stack: Item[] = [];
  const marks: number[] = [];
  const memo = new Map<number, Item>();

  function top(): Item {
    const value = stack.at(-1);
    if (value === undefined) throw damagedPickle('an operation lacks its operand');
    return value;
  }
  function pop(): Item {
    const value = top();
    stack.length--;
    return value;
  }
  function popToMark(): Item[] {
    const mark = marks.pop();
    if (mark === undefined || mark > stack.length) throw damagedPickle('a mark is missing');
    return stack.splice(mark);
  }
  function tuple(length: number): Item[] {
    if (stack.length < length) throw damagedPickle('an operation lacks its operand');
    return stack.splice(stack.length - length);
  }
  function extend(items: Item[]): void {
    const list = top();
    if (!Array.isArray(list)) throw damagedPickle('something is appended to what is no list');
    for (const item of items) list.push(item);
  }
  function assign(items: Item[]): void {
    const map = top();
    if (!(map instanceof Map)) throw damagedPickle('something is stored in what is no dictionary');
    if (items.length % 2 !== 0) throw damagedPickle('a key has no value');
    for (let i = 0; i < items.length; i += 2) map.set(items[i] as Item, items[i + 1] as Item);
  }
  function importGlobal(module: Item, name: Item): PickleGlobal {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw damagedPickle('an imported name is no text');
    // Protocol 2 writes the names of Python 2.
    const path = `${module === '__builtin__' ? 'builtins' : module}.${name}`;
    if (!isContainer(path) && !vocabulary.knows(path)) throw refused(path);
    return { kind: 'global', path };
  }
  function call(callee: Item, args: Item): Item {
    if (!isGlobal(callee) || !Array.isArray(args)) throw damagedPickle('something is called that is no name');
    if (!isContainer(callee.path)) return vocabulary.call(callee.path, args);
    const items = args[0] ?? [];
    const isFitting =
      Array.isArray(items) &&
      args.length <= 1 &&
      (callee.path === 'builtins.set' ||
        items.every((item: Item) => Array.isArray(item) && item.length === 2));
    if (!isFitting) throw damagedPickle(`${callee.path} is called with what is no list`);
    return CONTAINERS[callee.path](args) as Item;
  }
  function recall(index: number): Item {
    const value = memo.get(index);
    if (value === undefined) throw damagedPickle('a remembered value is missing');
    return value;
  }

  for (;;) {
    const operation = cursor.u8();
    switch (operation) {
      case 0x80: // PROTO
        if (cursor.u8() > 5) throw damagedPickle('its protocol is unknown');
        break;
      case 0x95: // FRAME
        cursor.skip(8);
        break;
      case 0x2e: // STOP
        return { value: pop(), endOffset: cursor.offset() };
      case 0x28: // MARK
        marks.push(stack.length);
        break;
      case 0x30: // POP
        pop();
        break;
      case 0x31: // POP_MARK
        popToMark();
        break;
      case 0x32: // DUP
        stack.push(top());
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(cursor.u8());
        break;
      case 0x4d: // BININT2
        stack.push(cursor.u16());
        break;
      case 0x4a: // BININT
        stack.push(cursor.i32());
        break;
      case 0x8a: // LONG1
        stack.push(cursor.long(cursor.u8()));
        break;
      case 0x8b: // LONG4
        stack.push(cursor.long(cursor.u32()));
        break;
      case 0x47: // BINFLOAT
        stack.push(cursor.f64());
        break;
      case 0x55: // SHORT_BINSTRING
      case 0x8c: // SHORT_BINUNICODE
        stack.push(cursor.text(cursor.u8()));
        break;
      case 0x54: // BINSTRING
      case 0x58: // BINUNICODE
        stack.push(cursor.text(cursor.u32()));
        break;
      case 0x8d: // BINUNICODE8
        stack.push(cursor.text(cursor.u64()));
        break;
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
      case 0x8f: // EMPTY_SET
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x61: // APPEND
        extend([pop()]);
        break;
      case 0x65: // APPENDS
      case 0x90: // ADDITEMS
        extend(popToMark());
        break;
      case 0x73: // SETITEM
        assign(tuple(2));
        break;
      case 0x75: // SETITEMS
        assign(popToMark());
        break;
      case 0x74: // TUPLE
        stack.push(popToMark());
        break;
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        stack.push(tuple(operation - 0x84));
        break;
      case 0x71: // BINPUT
        memo.set(cursor.u8(), top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(cursor.u32(), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x68: // BINGET
        stack.push(recall(cursor.u8()));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(recall(cursor.u32()));
        break;
      case 0x63: // GLOBAL
        stack.push(importGlobal(cursor.line(), cursor.line()));
        break;
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = tuple(2);
        stack.push(importGlobal(module as Item, name as Item));
        break;
      }
      case 0x69: // INST
        throw refused(importGlobal(cursor.line(), cursor.line()).path);
      case 0x52: {
        // REDUCE
        const [callee, args] = tuple(2);
        stack.push(call(callee as Item, args as Item));
        break;
      }
      case 0x51: // BINPERSID
        stack.push(vocabulary.resolve(pop()));
        break;
      case 0x62: // BUILD
        // State dictionaries carry attributes such as `_metadata`: versions of modules, which no tensor needs.
        pop();
        if (!(top() instanceof Map)) throw refused('attributes of an object (BUILD)');
        break;
      default: {
        const what = REFUSED_OPERATIONS[operation];
        throw what === undefined
          ? damagedPickle(`the operation 0x${operation.toString(16).padStart(2, '0')} is unknown`)
          : refused(what);
      }
    }
  }
}

/** True for an imported name. */
export function isGlobal(value: unknown): value is PickleGlobal {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'global';
}
