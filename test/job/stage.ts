import { resolve } from 'node:path'
import * as demo from '../../src/demo/stage.js'
import { startGithub } from '../github/stand-in.js'

export type { Stage } from '../../src/demo/stage.js'

const root = resolve(import.meta.dirname, '../..')

/** The stage of the demo, around the tasks of this repository and with a strict stand-in for GitHub. */
export const setStage = (options: Omit<demo.StageOptions, 'root' | 'project' | 'github'>): Promise<demo.Stage> => demo.setStage({ ...options, root, project: root, github: startGithub })

export const appVersion = (version: string): Promise<string> => demo.appVersion(root, version)
export const appRequirements = (): Promise<string> => demo.appRequirements(root)
