/** Buttons that ask for a folder or for files, for those who do not drag. */
import { Button } from '@mantine/core';
import { IconFiles, IconFolder } from '@tabler/icons-react';
import { type ChangeEvent, useRef } from 'react';
import { takeFiles } from '../../services/cohort.ts';
import { filesOfInput, hasFolderPicker, pickFolder } from '../../services/dropped-files.ts';

/** Hands on what was picked, and forgets it, so that the same folder can be picked twice. */
function takeInput(event: ChangeEvent<HTMLInputElement>): void {
  const input = event.currentTarget;
  if (input.files && input.files.length > 0) void takeFiles(filesOfInput([...input.files]));
  input.value = '';
}

async function takePicked(): Promise<void> {
  const items = await pickFolder();
  if (items !== undefined) await takeFiles(items);
}

/** Folder and files. The folder picker gives a handle that outlives the page, where the browser has it. */
export function PickButtons() {
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconFolder size={15} aria-hidden />}
        onClick={() => (hasFolderPicker() ? void takePicked() : folder.current?.click())}
      >
        Choose a folder…
      </Button>
      <Button
        variant="default"
        leftSection={<IconFiles size={15} aria-hidden />}
        onClick={() => files.current?.click()}
      >
        Choose files…
      </Button>
      <input ref={folder} type="file" hidden multiple onChange={takeInput} {...{ webkitdirectory: '' }} />
      <input
        ref={files}
        type="file"
        hidden
        multiple
        accept=".npz,.txt"
        data-testid="files-input"
        onChange={takeInput}
      />
    </>
  );
}
