/**
 * The declared group differences of the demo cohort, all of them: nothing else in the generator looks at a group.
 *
 * These differences are invented. They exist so that bias, search and equity have something to find in a demonstration, they
 * were chosen for that purpose alone, and they say nothing about people, eyes or any real data set.
 */

export interface ImagingDifferences {
  /** Factor on how much brighter disc and cup are than the tissue around them. */
  readonly discContrast: number;
  /** Factor on the brightness of the whole image. */
  readonly brightness: number;
  /** Standard deviation of the sensor noise, in grey levels of 0..255. */
  readonly noiseSd: number;
  /** Standard deviation of the optical blur, in pixels of an image 512 wide. */
  readonly blurSd: number;
  /** Mean vertical cup-to-disc ratio at the age of 60. */
  readonly cupToDisc: number;
  /** Share of eyes with a zone of atrophy beside the disc. */
  readonly atrophyFrac: number;
  /** Factor on the amplitude of the choroid's texture. */
  readonly texture: number;
  /** Factor on how uneven the light is. */
  readonly unevenness: number;
}

/** By code of race in the dataset card: 0 Asian, 1 Black, 2 White. Synthetic; see the note at the top of this file. */
export const DEMO_IMAGING_DIFFERENCES: readonly [ImagingDifferences, ImagingDifferences, ImagingDifferences] =
  [
    {
      discContrast: 0.8,
      brightness: 1.08,
      noiseSd: 6,
      blurSd: 1.7,
      cupToDisc: 0.5,
      atrophyFrac: 0.6,
      texture: 1.5,
      unevenness: 1.1,
    },
    {
      discContrast: 0.6,
      brightness: 0.8,
      noiseSd: 9,
      blurSd: 1.3,
      cupToDisc: 0.58,
      atrophyFrac: 0.3,
      texture: 1,
      unevenness: 1.9,
    },
    {
      discContrast: 1,
      brightness: 1,
      noiseSd: 5,
      blurSd: 0.9,
      cupToDisc: 0.44,
      atrophyFrac: 0.2,
      texture: 1,
      unevenness: 1,
    },
  ];

/** What ten years of age over 60 add: to the cup-to-disc ratio, and to the blur (pixels), as a hazier lens would. Synthetic too. */
export const DEMO_AGE_DIFFERENCES = { cupToDiscPerDecade: 0.03, blurSdPerDecade: 0.1 } as const;
