/**
 * The checkpoints a person can obtain and load: what each is for, whose it is, and where it lies where that is public.
 * Addresses are only ever asked on a person's click.
 */

export interface PublishedCheckpoint {
  /** Short and stable. */
  readonly name: string;
  readonly title: string;
  /** What the workbench makes of it, in one or two sentences. */
  readonly purpose: string;
  readonly licence: string;
  /** Paper and repository. */
  readonly source: string;
  /** How to get it where there is no address, or what to know about the address. */
  readonly howToObtain: string;
  readonly file: PublishedFile | null;
}

/** A file at a public address. */
export interface PublishedFile {
  readonly address: string;
  readonly fileName: string;
  /** False where the host is known to redirect to another, which no download worker may ask: the person fetches it. */
  readonly byPage: boolean;
  readonly sizeBytes: number;
  /** Lower-case hex; fewer than 64 digits where only the first ones are published. */
  readonly sha256: string;
}

const SAM = {
  licence: 'Apache-2.0',
  source: 'Kirillov et al., Segment Anything, ICCV 2023; github.com/facebookresearch/segment-anything',
  howToObtain:
    'From the address below, or from the list of checkpoints in the repository. Files in the layout of Hugging Face (.safetensors) serve too.',
} as const;

const SAM_ADDRESS = 'https://dl.fbaipublicfiles.com/segment_anything/';

function samFile(fileName: string, sizeBytes: number, sha256: string): PublishedFile {
  return { address: SAM_ADDRESS + fileName, fileName, byPage: true, sizeBytes, sha256 };
}

export const PUBLISHED_CHECKPOINTS: readonly PublishedCheckpoint[] = [
  {
    name: 'sam-vit-b',
    title: 'SAM ViT-B',
    purpose:
      'Its encoder is a feature extractor; with a SAMed file (LoRA) it becomes the segmenter of the FairSeg and SnP papers.',
    ...SAM,
    // The digits in SAM's file names are of the MD5. Sizes and SHA-256 as recorded by several public projects.
    file: samFile(
      'sam_vit_b_01ec64.pth',
      375_042_383,
      'ec2df62732614e57411cdcf32a23ffdf28910380d03139ee0f4fcbe91eb8c912',
    ),
  },
  {
    name: 'sam-vit-l',
    title: 'SAM ViT-L',
    purpose: 'As SAM ViT-B, three times the size.',
    ...SAM,
    file: samFile(
      'sam_vit_l_0b3195.pth',
      1_249_524_607,
      '3adcc4315b642a4d2101128f611684e8734c41232a17c648ed1693702a49a622',
    ),
  },
  {
    name: 'sam-vit-h',
    title: 'SAM ViT-H',
    purpose: 'As SAM ViT-B, seven times the size: for a graphics card with memory to spare.',
    ...SAM,
    file: samFile(
      'sam_vit_h_4b8939.pth',
      2_564_550_879,
      'a7bf3b02f3ebf1267aba913ff637d9a2d5c33d3173bb679e46d9f338c26f262e',
    ),
  },
  {
    name: 'samed-lora',
    title: 'SAMed adapters (LoRA)',
    purpose:
      'What fine-tuning SAM with LoRA saves: adapters and mask decoder. With the SAM checkpoint it was trained on it makes a segmenter.',
    licence: 'That of whoever trained it; of FairSeg data CC BY-NC-ND 4.0 applies to the data.',
    source:
      'Zhang and Liu, Customized Segment Anything Model for Medical Image Segmentation, 2023; github.com/hitachinsk/SAMed; FairSeg: github.com/Harvard-Ophthalmology-AI-Lab/FairSeg',
    howToObtain:
      'Train it with the published code (epoch_N.pth). There is no public address we know of for fundus images.',
    file: null,
  },
  {
    name: 'inception-v3-fid',
    title: 'InceptionV3, FID variant',
    purpose: 'The feature extractor of Fréchet distances as most papers report them; 2,048 features.',
    licence: 'Apache-2.0',
    source:
      'Szegedy et al., Rethinking the Inception Architecture, CVPR 2016; weights as converted by github.com/mseitzer/pytorch-fid',
    howToObtain:
      'From the address below. Its host redirects to another one, which this page is not allowed to ask: open the address in a new tab, save the file and drop it here.',
    file: {
      address:
        'https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth',
      fileName: 'pt_inception-2015-12-05-6726825d.pth',
      byPage: false,
      sizeBytes: 95_628_359,
      sha256: '6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2',
    },
  },
  {
    name: 'inception-v3-torchvision',
    title: 'InceptionV3, torchvision variant',
    purpose:
      'The classifier of ImageNet as torchvision publishes it; 2,048 features. Not the weights of FID.',
    licence: 'BSD-3-Clause',
    source: 'Szegedy et al., Rethinking the Inception Architecture, CVPR 2016; github.com/pytorch/vision',
    howToObtain: 'From the address below.',
    file: {
      address: 'https://download.pytorch.org/models/inception_v3_google-0cc3c7bd.pth',
      fileName: 'inception_v3_google-0cc3c7bd.pth',
      byPage: true,
      sizeBytes: 108_949_747,
      // Only the digits in its name are published.
      sha256: '0cc3c7bd',
    },
  },
  {
    name: 'transunet',
    title: 'TransUNet',
    purpose:
      'A segmenter: a vision transformer (with a ResNet before it, R50-ViT-B_16) and a convolutional decoder, side 224.',
    licence: 'That of whoever trained it; the published code is Apache-2.0.',
    source:
      'Chen et al., TransUNet: Transformers Make Strong Encoders for Medical Image Segmentation, 2021; github.com/Beckschen/TransUNet',
    howToObtain:
      'Train it with the published code (epoch_N.pth). The Google files it starts from (.npz) hold an encoder alone: they are recognised, but make no segmenter.',
    file: null,
  },
];
