/** One loaded model: what it is, how it is used, what was assumed, and how its self-test went. */
import { Button } from '@mantine/core';
import { EMBEDDED_MODELS } from '../../../models/zoo/registry.ts';
import type { ModelReport, SelfTest } from '../../../workers/api/compute.ts';
import { removeModel } from '../../services/models.ts';
import { update } from '../../state/store.ts';
import { withChosenModel } from '../../state/models.ts';
import { formatBytes, formatCount, formatDuration, formatNumber } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import styles from './ModelsPlace.module.css';

const PROVIDERS = { webgpu: 'WebGPU', wasm: 'WebAssembly (WASM)' } as const;
const ROLES = { segmenter: 'Segmenter', extractor: 'Feature extractor' } as const;
const TEST_WORDS: Readonly<Record<SelfTest['status'], string>> = {
  agreed: 'Agreed',
  differed: 'Differed',
  'single-provider': 'Ran on one provider only',
};

function licenceOf({ source, name }: ModelReport): string {
  const embedded = Object.values(EMBEDDED_MODELS).find(({ title }) => title === name);
  if (source === 'embedded' && embedded !== undefined) return embedded.licence;
  return 'Not stated in the file; see where it came from.';
}

function mapping({ role, input, outputName, outputChannels }: ModelReport): { into: string; out: string } {
  const batch = input.batch ?? 'N';
  const side = input.side ?? 'S';
  return {
    into: `${input.name} [${batch}, ${input.channels}, ${side}, ${side}], grey image in [0, 1]`,
    out:
      role === 'segmenter'
        ? `${outputName} [${batch}, ${outputChannels}, h, w], logits of background, rim, cup`
        : `${outputName}, ${formatCount(outputChannels)} features an image`,
  };
}

function TestFacts({ test }: { readonly test: SelfTest }) {
  const { status, maxAbsDifference, tolerance, webgpuMs, wasmMs, summary } = test;
  const time = (elapsedMs: number | null) => (elapsedMs === null ? 'not run' : formatDuration(elapsedMs));
  return (
    <>
      <dt>Self-test</dt>
      <dd>
        <strong>{TEST_WORDS[status]}.</strong> {summary}
      </dd>
      <dt>Largest difference</dt>
      <dd>
        {formatNumber(maxAbsDifference, 2)}
        {!Number.isNaN(tolerance) && ` (tolerance ${formatNumber(tolerance, 2)})`}
      </dd>
      <dt>Time for one image</dt>
      <dd>
        WebGPU {time(webgpuMs)}, WASM {time(wasmMs)}
      </dd>
    </>
  );
}

export interface ModelCardProps {
  readonly model: ModelReport;
  readonly isActive: boolean;
  readonly isStored: boolean;
}

/** The card of a loaded model. */
export function ModelCard({ model, isActive, isStored }: ModelCardProps) {
  const { id, name, role, source, description, sizeBytes, parameterCount, provider, selfTest } = model;
  const { into, out } = mapping(model);
  const titleId = `model-${id.slice(0, 12)}`;
  return (
    <section className={styles['card']} aria-labelledby={titleId}>
      <div className={styles['head']}>
        <h3 id={titleId}>{name}</h3>
        <span className={styles['tag']}>{ROLES[role]}</span>
        <span className={styles['tag']}>{source === 'embedded' ? 'comes with the page' : 'your file'}</span>
        {isActive && (
          <span className={styles['tag']} data-active>
            in use
          </span>
        )}
        <span className={styles['end']} />
        {!isActive && (
          <Button
            variant="default"
            size="compact-xs"
            onClick={() => update('models', (models) => withChosenModel(models, role, id))}
          >
            Use as {role}
          </Button>
        )}
        {source === 'dropped' && (
          <Button variant="default" size="compact-xs" onClick={() => void removeModel(id)}>
            Remove
          </Button>
        )}
      </div>
      <p>{description}</p>
      {selfTest.status === 'differed' && <Notice tone="warn">{selfTest.summary}</Notice>}
      <dl className={styles['facts']}>
        <dt>Runs on</dt>
        <dd>{PROVIDERS[provider]}</dd>
        <TestFacts test={selfTest} />
        <dt>Input</dt>
        <dd>{into}</dd>
        <dt>Output</dt>
        <dd>{out}</dd>
        <dt>Parameters, size</dt>
        <dd>
          {formatCount(parameterCount)} parameters, {formatBytes(sizeBytes)}
        </dd>
        {model.assumptions.length > 0 && (
          <>
            <dt>Assumed</dt>
            <dd>
              <ul>
                {model.assumptions.map((assumption) => (
                  <li key={assumption}>{assumption}</li>
                ))}
              </ul>
            </dd>
          </>
        )}
        {source === 'dropped' && (
          <>
            <dt>Kept</dt>
            <dd>
              {isStored
                ? `For the next visit, in this browser's private files (${formatBytes(sizeBytes)}).`
                : 'Until the page is closed: this browser did not keep the file.'}
            </dd>
          </>
        )}
        <dt>Licence</dt>
        <dd>{licenceOf(model)}</dd>
        <dt>SHA-256</dt>
        <dd className={styles['hash']}>{id}</dd>
      </dl>
    </section>
  );
}
