/** The classes of a disc/cup mask and the regions that are scored. */

/** Classes of a mask: 0 background, 1 rim, 2 cup. */
export const CLASS_COUNT = 3;

/** The scored regions: rim is class 1, cup is class 2, disc is either. */
export const REGIONS = ['rim', 'cup', 'disc'] as const;
export type Region = (typeof REGIONS)[number];
