import { createJiti } from 'jiti'

interface Preparation {
  prepare(options: { readonly ask: boolean }): Promise<void>
}
interface Lab {
  prepare(): Promise<void>
}

/**
 * Before the first lab test, so that no test's time is spent on it: the command line is built, what
 * killed runs left is cleared, and the images are built. Jest transforms this file but resolves its
 * imports as plain Node would, hence jiti.
 */
export default async function setUp(): Promise<void> {
  const jiti = createJiti(__filename)
  // Not all lab tests run the command line: those that do say more when it is not there.
  const untold = (error: unknown): boolean =>
    process.stderr.write(`The command line is not built: ${String(error)}\n`)
  await (await jiti.import<Preparation>('../../scripts/prepare.mjs'))
    .prepare({ ask: false })
    .catch(untold)
  await (await jiti.import<Lab>('./prepare.ts')).prepare()
}
