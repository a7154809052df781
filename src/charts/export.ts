/** Saves a figure as SVG, PNG, CSV or LaTeX. The serialisers are pure; only `saveFile` touches the page. */
import { invariant } from '../../core/errors.ts';
import { withPngText } from '../../core/formats/png-text.ts';
import { type Provenance, provenanceComment, provenanceLines } from '../services/provenance.ts';
import { serializeCsv, serializeLatex } from './export-table.ts';
import { rasterizeSvg, serializeSvg } from './export-svg.ts';
import type { SvgDescription } from './export-svg.ts';
import type { FigureTable } from './figure-table.ts';

export const EXPORT_FORMATS = ['svg', 'png', 'csv', 'latex'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Device pixels per CSS pixel of an exported PNG: sharp in print at half the width of a page. */
const PNG_SCALE = 2;

export interface ExportableFigure extends SvgDescription {
  /** Without extension. */
  readonly fileName: string;
  readonly provenance: () => Promise<Provenance>;
  readonly table: FigureTable;
  /** null where nothing is drawn. */
  readonly svg: SVGSVGElement | null;
  readonly completeSvg?: (copy: SVGSVGElement) => void;
}

/** Offers a file to the person: the browser's own download, nothing leaves the machine. */
export function saveFile(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own reference only after the click's task has ended.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

/** The lines as the SVG's own metadata element, where every reader of SVG keeps them and none draws them. */
function withMetadata(svg: string, lines: readonly string[]): string {
  const text = lines.join('\n').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return svg.replace(/<svg[^>]*>/, (tag) => `${tag}<metadata>${text}</metadata>`);
}

/** Serialises a figure in one format and saves it with its provenance. Errors: `figure/png-failed`. */
export async function exportFigure(figure: ExportableFigure, format: ExportFormat): Promise<void> {
  const provenance = await figure.provenance();
  const lines = provenanceLines(provenance);
  switch (format) {
    case 'csv':
      saveFile(
        `${figure.fileName}.csv`,
        new Blob([provenanceComment(provenance), serializeCsv(figure.table)], {
          type: 'text/csv;charset=utf-8',
        }),
      );
      return;
    case 'latex':
      saveFile(
        `${figure.fileName}.tex`,
        new Blob(
          [
            lines.map((line) => `% ${line}\n`).join(''),
            serializeLatex(figure.table, `${figure.title}. ${figure.caption}`),
          ],
          { type: 'text/x-tex;charset=utf-8' },
        ),
      );
      return;
    case 'svg':
    case 'png': {
      invariant(figure.svg !== null, 'a figure without a chart was exported as an image');
      const text = withMetadata(serializeSvg(figure.svg, figure, figure.completeSvg), lines);
      if (format === 'svg') {
        saveFile(`${figure.fileName}.svg`, new Blob([text], { type: 'image/svg+xml' }));
        return;
      }
      const width = Number(figure.svg.getAttribute('width'));
      const height = Number(figure.svg.getAttribute('height'));
      const png = await rasterizeSvg(text, width, height, PNG_SCALE);
      const withText = withPngText(new Uint8Array(await png.arrayBuffer()), {
        Title: figure.title,
        Description: figure.caption,
        Software: provenance.software,
        Comment: lines.join('\n'),
      });
      saveFile(`${figure.fileName}.png`, new Blob([withText], { type: 'image/png' }));
    }
  }
}
