import { createJiti } from 'jiti'

interface Preparation {
  prepare(options: { readonly ask: boolean }): Promise<void>
}
interface Lab {
  prepare(): Promise<void>
}

/**
 * Runs before the first lab test, so that it does not count towards a test's time limit: builds the
 * command line and the images, and removes leftovers of killed runs. Jest transforms this file but
 * resolves its imports as plain Node would, hence jiti.
 */
export default async function setUp(): Promise<void> {
  const jiti = createJiti(__filename)
  // Not all lab tests run the command line; those that do report a missing build in more detail.
  const untold = (error: unknown): boolean =>
    process.stderr.write(`The command line is not built: ${String(error)}\n`)
  await (await jiti.import<Preparation>('../../scripts/prepare.mjs'))
    .prepare({ ask: false })
    .catch(untold)
  await (await jiti.import<Lab>('./prepare.ts')).prepare()
}
