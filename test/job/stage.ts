import { resolve } from 'node:path'
import type { DeliveryNetwork } from '../../src/demo/github/deliveries.js'
import * as demo from '../../src/demo/stage.js'
import { startGithub } from '../github/stand-in.js'

export type { Stage } from '../../src/demo/stage.js'

const root = resolve(import.meta.dirname, '../..')

type StageOptions = Omit<demo.StageOptions, 'root' | 'project' | 'github'> & {
  /** The project with the job's tasks and templates. Default: this repository. */
  readonly project?: string
  /** The network for GitHub's deliveries. Default: this machine's. */
  readonly network?: DeliveryNetwork
}

/** The stage of the demo, with a strict stand-in for GitHub. */
export const setStage = ({
  project = root,
  network = {},
  ...options
}: StageOptions): Promise<demo.Stage> =>
  demo.setStage({
    ...options,
    root,
    project,
    github: (given) => startGithub({ ...given, network }),
  })

export const appVersion = (version: string): Promise<string> => demo.appVersion(root, version)
export const appRequirements = (): Promise<string> => demo.appRequirements(root)
