/** One loaded model: what it is, how it is used, what was assumed, and how its self-test went. */
import { Button } from '@mantine/core';
import { EMBEDDED_MODELS } from '../../../models/zoo/registry.ts';
import type { ModelReport, SelfTest } from '../../../workers/api/compute.ts';
import { chooseModel, deleteModel, unloadModel } from '../../services/models.ts';
import { offeredCheckpoints } from '../../services/models-downloads.ts';
import { formatBytes, formatCount, formatDuration, formatNumber } from '../../ui/format.ts';
import { Notice } from '../../ui/Notice.tsx';
import { DeleteButton } from '../../ui/DeleteButton.tsx';
import { licencesOf } from './licences.ts';
import { MappingForm } from './MappingForm.tsx';
import styles from './ModelsPlace.module.css';

const PROVIDERS = { webgpu: 'WebGPU', wasm: 'WebAssembly (WASM)' } as const;
const ROLES = { segmenter: 'Segmenter', extractor: 'Feature extractor' } as const;
const TEST_WORDS: Readonly<Record<SelfTest['status'], string>> = {
  agreed: 'Agreed',
  differed: 'Differed',
  'single-provider': 'Ran on one provider only',
};

const ORIGINS: Readonly<Record<ModelReport['source'], string>> = {
  embedded: 'comes with the page',
  dropped: 'your file',
  trained: 'trained here',
};

const PRECISIONS = { f32: 'single precision', f16: 'half precision' } as const;

function licenceOf({ source, name, sources }: ModelReport): string {
  const embedded = Object.values(EMBEDDED_MODELS).find(({ title }) => title === name);
  if (source === 'embedded' && embedded !== undefined) return embedded.licence;
  return licencesOf(sources, offeredCheckpoints);
}

function mapping({ role, input, outputName, outputChannels, mapping: foreign }: ModelReport): {
  into: string;
  out: string;
} {
  const batch = input.batch ?? 'N';
  const side = input.side ?? 'S';
  const sizes =
    foreign?.axes === 'channels-last' ? [side, side, input.channels] : [input.channels, side, side];
  return {
    into: `${input.name} [${[batch, ...sizes].join(', ')}], grey image in [0, 1]`,
    out:
      role === 'segmenter'
        ? `${outputName}, ${outputChannels} classes a pixel, logits of background, rim, cup`
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
      {!Number.isNaN(tolerance) && (
        <>
          <dt>Largest difference</dt>
          <dd>
            {formatNumber(maxAbsDifference, 2)} (tolerance {formatNumber(tolerance, 2)})
          </dd>
        </>
      )}
      <dt>Time for one image</dt>
      <dd>
        WebGPU {time(webgpuMs)}, WASM {time(wasmMs)}
      </dd>
    </>
  );
}

function SizeFacts({ model }: { readonly model: ModelReport }) {
  const { sizeBytes, parameterCount, precision } = model;
  return (
    <>
      <dt>Parameters, size</dt>
      <dd>
        {formatCount(parameterCount)} parameters
        {precision !== null && ` in ${PRECISIONS[precision]}`}, {formatBytes(sizeBytes)}; its weights take at
        least as much memory while it is loaded
      </dd>
    </>
  );
}

function OriginFacts({ model }: { readonly model: ModelReport }) {
  const { sources, sizeBytes, isKept, trainedIn } = model;
  return (
    <>
      {trainedIn !== undefined && (
        <>
          <dt>Trained in</dt>
          <dd>
            the run <span className={styles['hash']}>{trainedIn.runId}</span>, its {trainedIn.which} weights,
            from {trainedIn.baseName}
          </dd>
        </>
      )}
      <dt>Made of</dt>
      <dd>
        <ul>
          {sources.map(({ name, words, sizeBytes: bytes, sha256 }) => (
            <li key={sha256}>
              {name}, {words === '' ? formatBytes(bytes) : words}; SHA-256{' '}
              <span className={styles['hash']}>{sha256}</span>
            </li>
          ))}
        </ul>
      </dd>
      <dt>Kept</dt>
      <dd>
        {isKept
          ? `For the next visit, in this browser's private files (${formatBytes(sizeBytes)}).`
          : 'Until the page is closed: this browser keeps no files.'}
      </dd>
    </>
  );
}

export interface ModelCardProps {
  readonly model: ModelReport;
  readonly isActive: boolean;
}

/** The card of a loaded model. */
export function ModelCard({ model, isActive }: ModelCardProps) {
  const { id, name, role, source, description, provider, selfTest } = model;
  const { into, out } = mapping(model);
  const titleId = `model-${id.slice(0, 12)}`;
  return (
    <section className={styles['card']} aria-labelledby={titleId}>
      <div className={styles['head']}>
        <h3 id={titleId}>{name}</h3>
        <span className={styles['tag']}>{ROLES[role]}</span>
        <span className={styles['tag']}>{ORIGINS[source]}</span>
        {isActive && (
          <span className={styles['tag']} data-active>
            in use
          </span>
        )}
        <div className={styles['buttons']}>
          {!isActive && (
            <Button variant="default" size="compact-xs" onClick={() => chooseModel(role, id)}>
              Use as {role}
            </Button>
          )}
          {source !== 'embedded' && (
            <>
              <Button variant="default" size="compact-xs" onClick={() => void unloadModel(id)}>
                Unload
              </Button>
              <DeleteButton
                label="Delete"
                question={`Delete its files (${formatBytes(model.sizeBytes)})?`}
                onDelete={() => void deleteModel(id)}
              />
            </>
          )}
        </div>
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
        <SizeFacts model={model} />
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
        {model.mapping !== undefined && (
          <>
            <dt>Mapping</dt>
            <dd>
              <MappingForm key={id} model={model} mapping={model.mapping} />
            </dd>
          </>
        )}
        {source !== 'embedded' && <OriginFacts model={model} />}
        <dt>Licence</dt>
        <dd>{licenceOf(model)}</dd>
        <dt>Identity</dt>
        <dd className={styles['hash']}>{id}</dd>
      </dl>
    </section>
  );
}
