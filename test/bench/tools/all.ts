import type { Fleet } from '../fleet.js'
import type { ToolName } from '../options.js'
import { fettle } from './fettle.js'
import { limit } from './limit.js'
import type { Prepare, Tool } from './tool.js'

const prepares: Partial<Readonly<Record<ToolName, Prepare>>> = { fettle, limit }

/** The tool of this name, ready to run; null where this machine does not have it. */
export const prepareTool = async (name: ToolName, fleet: Fleet, say: (line: string) => void): Promise<Tool | null> => (await prepares[name]?.(fleet, say)) ?? null
