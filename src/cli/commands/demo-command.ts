import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { demo } from '../../demo/demo.js'
import { installRequirements } from '../../lab/requirements.js'
import { projectFiles } from './init-command.js'
import { packageFolder } from '../package-folder.js'
import type { ProcessContext } from '../input/process-context.js'

export interface DemoFlags {
  readonly keep?: boolean
  readonly yes?: boolean
}

/** `fettle demo`: runs on a lab host, with a project as `fettle init` creates it. */
export async function demoCommand(
  { keep = false, yes = false }: DemoFlags,
  { stderr }: Pick<ProcessContext, 'stderr'>,
): Promise<number> {
  await installRequirements({
    ask: !yes,
    say: (line) => stderr.write(`${line}\n`),
    also: { git: 'git', ssh: 'openssh-client' },
  })
  const project = await mkdtemp(join(tmpdir(), 'fettle-demo-'))
  try {
    for (const [name, text] of projectFiles(project)) {
      await mkdir(dirname(join(project, name)), { recursive: true })
      await writeFile(join(project, name), text)
    }
    return await demo({ root: packageFolder(), project, keep })
  } finally {
    await rm(project, { recursive: true, force: true })
  }
}
