/** From a model's source to a model that may be used: inspected, matched to its role and self-tested. */
import { lowerToOnnx } from '../../models/onnx/lower.ts';
import { inspectOnnx } from '../../models/onnx/inspect.ts';
import { matchInterface } from '../../models/onnx/interface.ts';
import { EMBEDDED_MODELS } from '../../models/zoo/registry.ts';
import type { ModelReport, ModelSource } from '../api/compute.ts';
import type { Network } from './model.ts';
import type { Runtime, Session } from './runtime.ts';
import { createTestedSession } from './self-test.ts';

export interface LoadedModel {
  readonly report: ModelReport;
  readonly network: Network;
  readonly session: Session;
}

/** SHA-256 in lower-case hex. */
async function hashBytes(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The file and the words for it. */
function resolveSource(source: ModelSource) {
  if (source.kind === 'embedded') {
    const { title, description, role, create } = EMBEDDED_MODELS[source.name];
    return { bytes: lowerToOnnx(create()), name: title, description, role };
  }
  const { bytes, name, role } = source;
  return { bytes, name, role, description: undefined };
}

/**
 * Loads a model. The bytes are not kept.
 * Errors: `onnx/damaged`, `onnx/unsupported-interface`, `model/self-test-failed`, `runtime/run-failed`, `gpu/device-lost`.
 */
export async function loadModel(runtime: Runtime, source: ModelSource): Promise<LoadedModel> {
  const { bytes, name, role, description } = resolveSource(source);
  const summary = inspectOnnx(bytes);
  const { input, outputName, assumptions } = matchInterface(summary, role);
  const network: Network = { role, input, outputName };
  const id = await hashBytes(bytes);
  const { session, provider, output, selfTest } = await createTestedSession(
    runtime,
    [{ graph: bytes, constants: {} }],
    network,
  );

  const isMap = output.height * output.width > 1;
  const isPooled = role === 'extractor' && isMap;
  const report: ModelReport = {
    id,
    name,
    role,
    source: source.kind === 'embedded' ? 'embedded' : 'dropped',
    description:
      description ??
      `ONNX file${summary.producer === '' ? '' : ` by ${summary.producer}`}, operator set ${summary.opset}, ${summary.nodeCount} nodes.`,
    sizeBytes: bytes.length,
    parameterCount: summary.parameterCount,
    input,
    outputName,
    outputChannels: output.channels,
    provider,
    selfTest,
    // Nothing is assumed about a model of our own.
    assumptions:
      source.kind === 'embedded'
        ? []
        : [
            ...assumptions,
            ...(isPooled
              ? [`The ${output.height}x${output.width} cells of the output are averaged to one vector.`]
              : []),
          ],
  };
  return { report, network, session };
}
