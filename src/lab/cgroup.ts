import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { FettleError } from '../core/errors.js'
import { names } from './places.js'

/**
 * The mount points of the kernel's cgroup hierarchies: one (version 2), or one for each controller.
 */
export async function hierarchies(): Promise<readonly string[]> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .map((line) => line.split(' '))
  return mounts
    .filter(([, , type]) => type === 'cgroup' || type === 'cgroup2')
    .flatMap(([, path]) => path ?? [])
}

/** Creates a cgroup of this name in every hierarchy and returns their folders. */
export async function makeCgroup(name: string): Promise<readonly string[]> {
  const roots = await hierarchies()
  return Promise.all(
    roots.map(async (root) => {
      const path = join(root, name)
      await mkdir(path, { recursive: true })
      // Version 1 creates a cpuset without processors and memory, which no process may enter.
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        const inherited = await readFile(join(root, file), 'utf8').catch(() => null)
        if (inherited !== null) await writeFile(join(path, file), inherited).catch(() => undefined)
      }
      return path
    }),
  )
}

async function below(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => [])
  const nested = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => below(join(path, entry.name))),
  )
  return [...nested.flat(), path]
}

async function members(folders: readonly string[]): Promise<ReadonlySet<number>> {
  const lists = await Promise.all(
    folders.map((folder) => readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')),
  )
  // The kernel shows a process of a namespace that is not visible from here as 0.
  return new Set(lists.flatMap((list) => list.split('\n').map(Number)).filter((pid) => pid > 0))
}

async function foldersOf(name: string): Promise<readonly string[]> {
  const roots = await hierarchies()
  const folders = await Promise.all(roots.map((root) => below(join(root, name))))
  return folders.flat()
}

/** The names of a lab's cgroups; without an id those of every lab. */
export async function cgroupsOf(id?: string): Promise<readonly string[]> {
  const roots = await hierarchies()
  const entries = await Promise.all(roots.map((root) => readdir(root)))
  return [...new Set(entries.flat())].filter((name) => {
    const owner = names.idOf(name)
    return id === undefined ? owner !== null : owner === id
  })
}

/** Kills every process in the cgroup of this name, and nothing else, and removes it. */
export async function endCgroup(name: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    const pids = await members(await foldersOf(name))
    if (pids.size === 0) break
    if (attempt === 500)
      throw new FettleError('lab-failed', {
        message: `processes ${[...pids].join(', ')} of ${name} do not end`,
      })
    for (const pid of pids) kill(pid)
    await sleep(20)
  }
  for (const folder of await foldersOf(name)) await rmdir(folder).catch(ignoreMissing)
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // The process ended by itself in the meantime.
  }
}

/** Ignores ENOENT: a folder that another process has removed first is removed. */
export function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
