/** The demographic attributes with the labels of their codes, as the dataset card names them. */
import type { RaceCoding } from './coding.ts';
import type { AttributeKey } from './sample.ts';

/** The attributes whose codes name a group; age is a number. */
export type CodedAttribute = Exclude<AttributeKey, 'age'>;

export interface AttributeDefinition {
  readonly key: AttributeKey;
  readonly title: string;
  /** Labels of the groups in the order of their index; empty for age. */
  readonly labels: readonly string[];
}

export const ATTRIBUTES: Readonly<Record<AttributeKey, AttributeDefinition>> = {
  race: { key: 'race', title: 'Race', labels: ['Asian', 'Black', 'White'] },
  gender: { key: 'gender', title: 'Gender', labels: ['Female', 'Male'] },
  ethnicity: { key: 'ethnicity', title: 'Ethnicity', labels: ['Non-Hispanic', 'Hispanic'] },
  language: { key: 'language', title: 'Language', labels: ['English', 'Spanish', 'Other'] },
  maritalStatus: {
    key: 'maritalStatus',
    title: 'Marital status',
    labels: ['Married', 'Single', 'Divorced', 'Widowed', 'Legally separated'],
  },
  age: { key: 'age', title: 'Age', labels: [] },
};

/** Codes of Asian, Black and White in each coding; every other attribute's code is its group's index. */
export const RACE_CODES: Readonly<Record<RaceCoding, readonly number[]>> = {
  card: [0, 1, 2],
  code: [2, 3, 7],
};
