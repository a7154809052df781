/**
 * The names of SAM's tensors: Meta's, which are the canonical ones, and those of Hugging Face's SamModel, which holds the
 * same tensors unchanged. SAMed's adapters keep the names they are saved with.
 * Source: github.com/facebookresearch/segment-anything; transformers, convert_sam_to_hf; github.com/hitachinsk/SAMed.
 */

const NAME_PATTERNS: readonly RegExp[] = [
  /^image_encoder\.pos_embed$/,
  /^image_encoder\.patch_embed\.proj\.(?:weight|bias)$/,
  /^image_encoder\.blocks\.\d+\.(?:norm[12]|attn\.qkv|attn\.proj|mlp\.lin[12])\.(?:weight|bias)$/,
  /^image_encoder\.blocks\.\d+\.attn\.rel_pos_[hw]$/,
  /^image_encoder\.neck\.(?:[02]\.weight|[13]\.(?:weight|bias))$/,
  /^prompt_encoder\.pe_layer\.positional_encoding_gaussian_matrix$/,
  /^prompt_encoder\.(?:point_embeddings\.\d+|not_a_point_embed|no_mask_embed)\.weight$/,
  /^prompt_encoder\.mask_downscaling\.[01346]\.(?:weight|bias)$/,
  /^mask_decoder\.(?:iou_token|mask_tokens)\.weight$/,
  /^mask_decoder\.output_upscaling\.[013]\.(?:weight|bias)$/,
  /^mask_decoder\.(?:output_hypernetworks_mlps\.\d+|iou_prediction_head)\.layers\.\d+\.(?:weight|bias)$/,
  /^mask_decoder\.transformer\.layers\.\d+\.(?:norm[1-4]|mlp\.lin[12])\.(?:weight|bias)$/,
  /^mask_decoder\.transformer\.layers\.\d+\.(?:self_attn|cross_attn_(?:token_to_image|image_to_token))\.(?:q|k|v|out)_proj\.(?:weight|bias)$/,
  /^mask_decoder\.transformer\.final_attn_token_to_image\.(?:q|k|v|out)_proj\.(?:weight|bias)$/,
  /^mask_decoder\.transformer\.norm_final_attn\.(?:weight|bias)$/,
];

/** Adapters of the encoder (`w_`), and of the decoder's attention in the second published variant. */
const ADAPTER_PATTERN = /^(?:(?:w|sa|cti|cit)_[ab]_\d{3,}|fati_[qv][ab])$/;

/** Whether a SAM has a tensor of this name. */
export function isSamName(name: string): boolean {
  return NAME_PATTERNS.some((pattern) => pattern.test(name));
}

/** Whether a SAMed has a tensor of this name that a SAM has not. */
export function isAdapterName(name: string): boolean {
  return ADAPTER_PATTERN.test(name);
}

/** Parts of names that differ, Hugging Face's first. Applied in this order, each to what the last has left. */
const FROM_HUGGING_FACE: readonly (readonly [RegExp, string])[] = [
  [/^vision_encoder\./, 'image_encoder.'],
  [/^image_encoder\.patch_embed\.projection\./, 'image_encoder.patch_embed.proj.'],
  [/^image_encoder\.layers\./, 'image_encoder.blocks.'],
  [/^image_encoder\.neck\.conv1\./, 'image_encoder.neck.0.'],
  [/^image_encoder\.neck\.layer_norm1\./, 'image_encoder.neck.1.'],
  [/^image_encoder\.neck\.conv2\./, 'image_encoder.neck.2.'],
  [/^image_encoder\.neck\.layer_norm2\./, 'image_encoder.neck.3.'],
  // One tensor under two names; files without repeated tensors keep either.
  [
    /^(?:shared_image_embedding|prompt_encoder\.shared_embedding)\.positional_embedding$/,
    'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix',
  ],
  [/^prompt_encoder\.point_embed\./, 'prompt_encoder.point_embeddings.'],
  [/^prompt_encoder\.mask_embed\.conv1\./, 'prompt_encoder.mask_downscaling.0.'],
  [/^prompt_encoder\.mask_embed\.layer_norm1\./, 'prompt_encoder.mask_downscaling.1.'],
  [/^prompt_encoder\.mask_embed\.conv2\./, 'prompt_encoder.mask_downscaling.3.'],
  [/^prompt_encoder\.mask_embed\.layer_norm2\./, 'prompt_encoder.mask_downscaling.4.'],
  [/^prompt_encoder\.mask_embed\.conv3\./, 'prompt_encoder.mask_downscaling.6.'],
  [/^mask_decoder\.upscale_conv1\./, 'mask_decoder.output_upscaling.0.'],
  [/^mask_decoder\.upscale_layer_norm\./, 'mask_decoder.output_upscaling.1.'],
  [/^mask_decoder\.upscale_conv2\./, 'mask_decoder.output_upscaling.3.'],
  // Perceptrons of three layers: the middle one is number 0 of the hidden layers there and number 1 of all here.
  [/(iou_prediction_head|output_hypernetworks_mlps\.\d+)\.layers\.0\./, '$1.layers.1.'],
  [/(iou_prediction_head|output_hypernetworks_mlps\.\d+)\.proj_in\./, '$1.layers.0.'],
  [/(iou_prediction_head|output_hypernetworks_mlps\.\d+)\.proj_out\./, '$1.layers.2.'],
  [/\.layer_norm(\d|_final_attn)\./, '.norm$1.'],
];

/** Meta's name of a tensor of Hugging Face's SamModel; undefined when there is none. */
export function metaNameOf(huggingFaceName: string): string | undefined {
  const name = FROM_HUGGING_FACE.reduce((text, [pattern, by]) => text.replace(pattern, by), huggingFaceName);
  return isSamName(name) ? name : undefined;
}
