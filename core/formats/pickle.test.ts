import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../errors.ts';
import { isTruncatedPickle } from './pickle-cursor.ts';
import { type PickleValue, type PickleVocabulary, readPickle } from './pickle.ts';

interface Thing {
  readonly kind: 'thing';
  readonly id: PickleValue<Thing>;
}

/** Knows the name `known.make`, which lists its arguments. */
const VOCABULARY: PickleVocabulary<Thing> = {
  knows: (path) => path === 'known.make',
  call: (_, args) => [...args],
  resolve: (id) => ({ kind: 'thing', id }),
};

/** Bytes of a pickle written as text with one character for each byte. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function read(text: string): PickleValue<Thing> {
  return readPickle(bytesOf(text), 0, VOCABULARY).value;
}

function withCode(code: ErrorCode, message = ''): Error {
  return expect.objectContaining({ code, message: expect.stringContaining(message) as string }) as Error;
}

describe('readPickle', () => {
  it.each<[string, PickleValue<Thing>]>([
    ['N.', null],
    ['\x88.', true],
    ['K\xff.', 255],
    ['M\x01\x02.', 513],
    ['J\xfe\xff\xff\xff.', -2],
    ['\x8a\x00.', 0],
    ['\x8a\x02\xff\x00.', 255],
    ['\x8a\x01\x80.', -128],
    ['\x8a\x09\0\0\0\0\0\0\0\0\x40.', 2n ** 70n],
    ['\x8b\x01\0\0\0\x05.', 5],
    ['G?\xe8\0\0\0\0\0\0.', 0.75],
    ['X\x03\0\0\0a\xc3\xa9.', 'aé'],
    ['\x8c\x01a.', 'a'],
    ['X\x04\0\0\0\xef\xbb\xbfa.', '\u{feff}a'],
    ['U\x02ab.', 'ab'],
    [').', []],
    ['(K\x01K\x02t.', [1, 2]],
    ['K\x01K\x02K\x03\x87.', [1, 2, 3]],
    [']K\x01a.', [1]],
    ['](K\x01K\x02e.', [1, 2]],
    ['}K\x01K\x02s.', new Map([[1, 2]])],
    [
      '}(K\x01K\x02K\x03K\x04u.',
      new Map([
        [1, 2],
        [3, 4],
      ]),
    ],
    ['K\x07q\x000h\x00.', 7],
    ['\x80\x04\x95\x05\0\0\0\0\0\0\0K\x07\x94h\x00\x86.', [7, 7]],
    ['ccollections\nOrderedDict\n)R.', new Map()],
    ['ccollections\nOrderedDict\n]K\x01K\x02\x86a\x85R.', new Map([[1, 2]])],
    ['c__builtin__\nset\n](K\x01K\x02e\x85R.', [1, 2]],
    ['\x8c\x08builtins\x8c\x03set\x93)R.', []],
    ['ccollections\nOrderedDict\n)R}K\x01K\x02sb.', new Map()],
    ['cknown\nmake\nK\x01K\x02\x86R.', [1, 2]],
    ['K\x05Q.', { kind: 'thing', id: 5 }],
  ])('reads %j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it('says where the next pickle starts', () => {
    expect(readPickle(bytesOf('xxK\x01.K\x02.'), 2, VOCABULARY)).toEqual({ value: 1, endOffset: 5 });
  });

  it('reads a list that holds itself', () => {
    const list = read(']q\x00h\x00a.') as unknown[];
    expect(list[0]).toBe(list);
  });

  it.each([
    ['cos\nsystem\n(X\x02\0\0\0lstR.', 'os.system'],
    ['(ios\nsystem\n.', 'os.system'],
    ['c__builtin__\neval\n.', 'builtins.eval'],
    ['cbuiltins\ngetattr\n.', 'builtins.getattr'],
    ['\x8c\x05posix\x8c\x06system\x93.', 'posix.system'],
    ['cknown\nmake.system\n.', 'known.make.system'],
    ['ccollections\nOrderedDict\n)\x81.', 'NEWOBJ'],
    ['C\x01a.', 'bytes'],
    ['\x82\x01.', 'extension registry'],
    ['K\x05Q}b.', 'BUILD'],
    ['P1\n.', 'PERSID'],
  ])('refuses %j by name', (text, name) => {
    expect(() => read(text)).toThrow(withCode('pickle/refused-object', name));
  });

  it.each([
    ['.', 'operand'],
    ['t.', 'mark'],
    ['K\x01\x86.', 'operand'],
    ['h\x09.', 'remembered'],
    ['NK\x01a.', 'list'],
    ['NK\x01K\x02s.', 'dictionary'],
    ['}(K\x01u.', 'key'],
    ['NNR.', 'called'],
    ['K\x01K\x02\x93.', 'name'],
    ['ccollections\nOrderedDict\n]K\x01a\x85R.', 'OrderedDict'],
    ['c__builtin__\nset\nK\x01\x85R.', 'set'],
    ['\x80\x09N.', 'protocol'],
    ['\x8b\xff\xff\xff\x7f.', 'integer'],
    ['X\x01\0\0\0\xff.', 'UTF-8'],
    ['\xfe.', '0xfe'],
    ["S'ls'\n.", '0x53'],
  ])('calls %j damaged', (text, problem) => {
    expect(() => read(text)).toThrow(withCode('pickle/damaged', problem));
  });

  it('says when the bytes end too early, wherever that is', () => {
    const whole = '\x80\x02}(X\x01\0\0\0acknown\nmake\nK\x01\x85Ru.';
    for (let length = 0; length < whole.length; length++) {
      let error: unknown;
      try {
        read(whole.slice(0, length));
      } catch (reason) {
        error = reason;
      }
      expect({ length, isTruncated: isTruncatedPickle(error) }).toEqual({ length, isTruncated: true });
    }
    expect(read(whole)).toEqual(new Map([['a', [1]]]));
  });
});
