import { closeSync, fdatasyncSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join, resolve } from "node:path";
import { quantile } from "../statistics.ts";

/** Where the files lie, and what it costs there to be safe. */
export interface Disk {
  readonly folder: string;
  readonly fileSystem: string;
  /** Median of a small write that is made safe: next to nothing where it isn't. */
  readonly syncMs: number;
}

/** By the numbers of `statfs`. */
const fileSystems: Readonly<Record<number, string>> = {
  0xef53: "ext4",
  0x01021994: "tmpfs, where nothing is made safe",
  0x9123683e: "btrfs",
  0x58465342: "xfs",
  0x794c7630: "overlayfs",
  0x2fc12fc1: "zfs",
  0x1a: "apfs",
};

export function describeDisk(dir: string): Disk {
  const folder = resolve(dir);
  mkdirSync(folder, { recursive: true });
  const { type } = statfsSync(folder);
  return { folder, fileSystem: fileSystems[type] ?? `file system 0x${type.toString(16)}`, syncMs: syncMs(folder) };
}

export function formatDisk({ folder, fileSystem, syncMs }: Disk): string {
  return `${folder}: ${fileSystem}, ${syncMs.toFixed(3)} ms to write 4 KiB and sync them`;
}

function syncMs(folder: string): number {
  const path = join(folder, `sync-${process.pid}.tmp`);
  const file = openSync(path, "w");
  const page = Buffer.alloc(4_096, 1);
  const times = Array.from({ length: 50 }, () => {
    const start = performance.now();
    writeSync(file, page);
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  rmSync(path);
  return quantile(
    times.toSorted((a, b) => a - b),
    0.5,
  );
}
