/** The menu that saves a figure to a file. */
import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import { exportFigure } from './export.ts';
import type { ExportableFigure, ExportFormat } from './export.ts';
import classes from './FigureCard.module.css';

const FORMAT_LABELS: readonly {
  readonly format: ExportFormat;
  readonly label: string;
  readonly note: string;
}[] = [
  { format: 'svg', label: 'SVG', note: 'vector' },
  { format: 'png', label: 'PNG', note: 'twice the screen size' },
  { format: 'csv', label: 'CSV', note: 'table, full precision' },
  { format: 'latex', label: 'LaTeX', note: 'table, booktabs' },
];

export interface ExportMenuProps {
  /** Called when a format is chosen, so that what is saved is what is shown. */
  readonly figure: () => ExportableFigure;
  readonly isDisabled: boolean;
}

/** Export button with its menu; a failed export is said beside the button. */
export function ExportMenu({ figure, isDisabled }: ExportMenuProps) {
  const [failure, setFailure] = useState<string>();

  const save = async (format: ExportFormat): Promise<void> => {
    setFailure(undefined);
    try {
      await exportFigure(figure(), format);
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <>
      {failure !== undefined && (
        <span className={classes['failure']} role="alert">
          Not saved: {failure}
        </span>
      )}
      <Menu position="bottom-end" withinPortal transitionProps={{ duration: 0 }}>
        <Menu.Target>
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconDownload size={14} />}
            disabled={isDisabled}
          >
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {FORMAT_LABELS.map(({ format, label, note }) => (
            <Menu.Item
              key={format}
              rightSection={<span className={classes['note']}>{note}</span>}
              onClick={() => void save(format)}
            >
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
