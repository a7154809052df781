/** The File System Access API as Chromium has it: TypeScript's DOM library describes only what every browser has. */

export type AccessMode = 'read' | 'readwrite';

declare global {
  interface FileSystemPermissionDescriptor {
    readonly mode: AccessMode;
  }

  interface FileSystemHandle {
    queryPermission?(descriptor: FileSystemPermissionDescriptor): Promise<PermissionState>;
    requestPermission?(descriptor: FileSystemPermissionDescriptor): Promise<PermissionState>;
  }

  interface DataTransferItem {
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }

  interface Window {
    showDirectoryPicker?(options: {
      readonly id?: string;
      readonly mode?: AccessMode;
    }): Promise<FileSystemDirectoryHandle>;
  }
}
