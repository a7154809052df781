/** A subject of the demo cohort as a sample file, with the keys and codes of the data set's card. */
import { type CompressionLevel, writeNpz } from '../../formats/npz.ts';
import type { DemoSubject } from './demographics.ts';
import type { DemoImage } from './fundus.ts';

/** The bytes of an `.npz` file: image u8, mask i8 (0, -1 rim, -2 cup), attributes as single integers, age as a float in years. */
export function writeDemoSample(
  subject: DemoSubject,
  picture: DemoImage,
  level: CompressionLevel,
): Uint8Array<ArrayBuffer> {
  const { codes } = subject;
  const shape = [picture.height, picture.width];
  const single = (code: number) => ({ shape: [], values: new Int32Array([code]) });
  const arrays = {
    fundus_slo: { shape, values: picture.image },
    disc_cup_borders: { shape, values: picture.mask },
    race: single(codes.race),
    gender: single(codes.gender),
    ethnicity: single(codes.ethnicity),
    language: single(codes.language),
    marriagestatus: single(codes.maritalStatus),
    age: { shape: [], values: new Float64Array([codes.age]) },
  };
  return writeNpz(arrays, level);
}
