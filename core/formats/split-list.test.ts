import { describe, expect, it } from 'vitest';
import { readSplitList } from './split-list.ts';

describe('readSplitList', () => {
  it('takes one name a line, whatever surrounds it', () => {
    const text = [
      '\uFEFFdata_00001.npz',
      '',
      '# a comment',
      '  data_00002  ',
      'Training/data_00003.npz # another',
      'C:\\fairseg\\data_00004.NPZ',
      '"data 00005.npz",',
      'data_00001',
    ].join('\r\n');
    expect(readSplitList(text)).toEqual([
      'data_00001.npz',
      'data_00002.npz',
      'data_00003.npz',
      'data_00004.NPZ',
      'data 00005.npz',
    ]);
  });

  it('accepts every kind of line end, and a hash inside a name', () => {
    expect(readSplitList('a\nb\rc\r\nd#1')).toEqual(['a.npz', 'b.npz', 'c.npz', 'd#1.npz']);
  });

  it('refuses a list that names nothing', () => {
    for (const text of ['', '\n\n', '# only a comment\n']) {
      expect(() => readSplitList(text)).toThrow(
        expect.objectContaining({ code: 'split-list/empty' }) as Error,
      );
    }
  });
});
