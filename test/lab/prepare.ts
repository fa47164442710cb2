import { ensureImage, imageNames } from '../../src/lab/image.js'
import { clearLeftovers } from '../../src/lab/take-down.js'

export async function prepare(): Promise<void> {
  await clearLeftovers()
  for (const image of imageNames)
    await ensureImage(image, (line) => process.stderr.write(`${line}\n`))
}
