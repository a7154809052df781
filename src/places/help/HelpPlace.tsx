/** The help page: the working order, the terms as they are used here, the keys, and the licences and limits of use. */
import { KeysTable } from '../../ui/KeysTable.tsx';
import { PlaceLayout } from '../../ui/PlaceLayout.tsx';
import { softwareVersion } from '../../services/version.ts';
import styles from './HelpPlace.module.css';

const STEPS: readonly (readonly [place: string, href: string, does: string])[] = [
  [
    'Cohort',
    '#/cohort',
    'Drop a folder of .npz samples, or take the demo cohort. Filter it and define groups.',
  ],
  [
    'Models',
    '#/models',
    'See which segmenter and feature extractor are loaded, where they run and how they were tested.',
  ],
  ['Search', '#/search', 'Choose a target group; select the part of the pool that lies closest to it.'],
  [
    'Train',
    '#/train',
    'Fine-tune a SAMed on the selection, plainly or with a fairness method, and watch loss and Dice by group.',
  ],
  [
    'Evaluate',
    '#/evaluate',
    'Compare Dice and IoU across groups, for a model run here or for predictions made elsewhere.',
  ],
];

const TERMS: readonly (readonly [term: string, meaning: string])[] = [
  [
    'Group',
    'The subjects with one value of an attribute, such as recorded race or an age bin. Unknown is never a group of its own in tests; it counts in overall figures only.',
  ],
  ['Rim, cup, disc', 'Rim is class 1 of the mask, cup is class 2, and the disc is both together.'],
  ['Dice', 'Twice the shared pixels over the pixels of both masks. Stored as a fraction, shown in percent.'],
  ['IoU', 'The shared pixels over the pixels of either mask.'],
  [
    'Equity-scaled score',
    'The overall mean divided by one plus a measure of how far the groups’ means lie apart. Evaluate offers three, and names the one it used: the sum of the absolute differences between each group’s mean and the overall mean (the default), the sample standard deviation of the groups’ means, or their population standard deviation.',
  ],
  [
    'Fréchet distance',
    'Distance between two sets of feature vectors, each taken as a Gaussian. It is biased upward when a set has fewer samples than there are features.',
  ],
  [
    'Pool, target, selection',
    'The pool is what may be selected from, the target is the group to serve, the selection is the searched training set.',
  ],
  ['Interval', 'A 95% bootstrap interval over subjects. Below ten subjects none is given.'],
];

function Steps() {
  return (
    <section aria-labelledby="steps-title">
      <h2 id="steps-title">Working order</h2>
      <ol>
        {STEPS.map(([place, href, does]) => (
          <li key={place}>
            <a href={href}>{place}</a>. {does}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Terms() {
  return (
    <section aria-labelledby="terms-title">
      <h2 id="terms-title">Terms as used here</h2>
      <dl>
        {TERMS.map(([term, meaning]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Limits() {
  return (
    <section aria-labelledby="limits-title">
      <h2 id="limits-title">Licences and limits of use</h2>
      <ul>
        <li>Research use only. EquiSeg is not a medical device and is not for clinical use.</li>
        <li>
          The Harvard-FairSeg data set is licensed CC BY-NC-ND 4.0: no commercial use, and altered copies may
          not be shared. EquiSeg contains none of it; the demo cohort is synthetic.
        </li>
        <li>EquiSeg itself is licensed Apache-2.0.</li>
        <li>
          Version <code>{softwareVersion}</code>.
        </li>
      </ul>
    </section>
  );
}

/** Shown at #/help. */
export function HelpPlace() {
  return (
    <PlaceLayout
      title="Help"
      next="New here? Start in Cohort with the demo cohort: no download, no account, no GPU."
    >
      <div className={styles['page']}>
        <div>
          <Steps />
          <Terms />
        </div>
        <div>
          <section aria-labelledby="keys-title">
            <h2 id="keys-title">Keys</h2>
            <KeysTable />
          </section>
          <Limits />
        </div>
      </div>
    </PlaceLayout>
  );
}
