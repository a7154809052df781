/**
 * Fitting a SAM to another image side, and a SAMed out of a SAM and its adapters. Names are the canonical ones.
 * Source: the checkpoint loading of github.com/hitachinsk/SAMed, but for its choice of global blocks by digits in names.
 */
import { WorkbenchError } from '../../core/errors.ts';
import type { TensorSource } from '../../core/formats/tensor-source.ts';
import { halfPixel, resizeGrid, resizeTable } from './resize-embedding.ts';
import { attentionLayout, gridSide } from './sam-configuration.ts';
import { isSamName } from './sam-names.ts';
import { overlayTensors, requireShape, type TensorView, unfitting, viewTensors } from './tensor-views.ts';

/** What depends on the number of masks: the published loading never takes it from a SAM, even when shapes agree. */
const MASK_HEADS = /mask_tokens|output_hypernetworks_mlps|iou_prediction_head/;
/** SAM's patches, for sources that hold the position embeddings alone. */
const DEFAULT_PATCH_SIZE = 16;

/**
 * A SAM at another side: position embedding and the tables of the blocks with global attention resized, heads that depend
 * on the number of masks left out, names that no SAM has left out. The same side changes no values.
 * Errors: `checkpoint/missing-tensor`, `checkpoint/shape-mismatch` (also for a side that is no multiple of the patches).
 */
export function adaptSam(source: TensorSource, { side }: { readonly side: number }): TensorSource {
  const patchSize =
    source.tensors.get('image_encoder.patch_embed.proj.weight')?.shape[2] ?? DEFAULT_PATCH_SIZE;
  const grid = side / patchSize;
  if (!Number.isInteger(grid) || grid < 1) {
    throw new WorkbenchError(
      'checkpoint/shape-mismatch',
      `A SAM with patches of ${patchSize} pixels cannot have the side ${side}.`,
      { hint: `Choose a multiple of ${patchSize}.`, context: { side, patchSize } },
    );
  }
  const ownGrid = gridSide(source);
  const [, , , dim = 0] = requireShape(source, 'image_encoder.pos_embed', 4);
  const globalBlocks = new Set(attentionLayout(source, dim).globalBlocks);

  function viewOf(name: string): TensorView {
    const view = { name, from: name };
    if (grid === ownGrid) return view;
    if (name === 'image_encoder.pos_embed') {
      return {
        ...view,
        shape: [1, grid, grid, dim],
        convert: (values) => resizeGrid(values, dim, grid, halfPixel),
      };
    }
    const block = /^image_encoder\.blocks\.(\d+)\.attn\.rel_pos_[hw]$/.exec(name)?.[1];
    if (block === undefined || !globalBlocks.has(Number(block))) return view;
    const [, width = 0] = requireShape(source, name, 2);
    const length = 2 * grid - 1;
    return { ...view, shape: [length, width], convert: (values) => resizeTable(values, width, length) };
  }

  const names = [...source.tensors.keys()].filter((name) => isSamName(name) && !MASK_HEADS.test(name));
  return viewTensors(source, names.map(viewOf));
}

/**
 * The tensors of a SAMed: those of a SAM at the given side, and over them what the SAMed file saved (adapters, prompt
 * encoder, mask decoder).
 * Errors: as `adaptSam`, and `checkpoint/shape-mismatch` when the adapters are those of an encoder of another size.
 */
export function assembleSamed(
  sam: TensorSource,
  lora: TensorSource,
  { side }: { readonly side: number },
): TensorSource {
  const [, loraDim = 0] = requireShape(lora, 'w_a_000', 2);
  const [, dim = 0] = requireShape(sam, 'image_encoder.blocks.0.attn.qkv.weight', 2);
  if (loraDim !== dim) throw unfitting('w_a_000', [loraDim], `${dim} columns, the channels of the SAM`);
  const depth = [...sam.tensors.keys()].filter((name) => name.endsWith('.attn.qkv.weight')).length;
  const adapterCount = [...lora.tensors.keys()].filter((name) => name.startsWith('w_a_')).length;
  if (adapterCount !== 2 * depth) {
    throw new WorkbenchError(
      'checkpoint/shape-mismatch',
      `The file adapts ${adapterCount / 2} blocks; the SAM has ${depth}.`,
      {
        hint: 'Choose the SAM checkpoint that the adapters were trained on.',
        context: { adapterCount, depth },
      },
    );
  }
  return overlayTensors(adaptSam(sam, { side }), lora);
}
