// Lists the packages whose code was bundled into the published files. Most are not installed beside
// Fettle, so this list is all that scanners for licences and vulnerabilities can see of them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the package that a path belongs to; undefined for Fettle's own files. */
const folderOf = (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]

/**
 * The folders of the packages that have code in an output, by name.
 * @param directory the folder that the paths of the metafiles are relative to
 */
export function bundledFolders(metafiles, directory) {
  const paths = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => folderOf(path))
  const folders = new Set(paths.filter((folder) => folder !== undefined))
  return [...folders].sort().map((folder) => join(directory, folder))
}

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** The text of a package's licence, which most licences require with every copy. */
function licenceText(folder) {
  const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name))
  return file === undefined ? undefined : readFileSync(join(folder, file), 'utf8')
}

/** Old packages have `licenses`, a list. */
const licenceName = ({ license, licenses }) => license ?? licenses[0].type

/** The package URL (https://github.com/package-url/purl-spec). */
const addressOf = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`

function component(folder) {
  const manifest = readJson(join(folder, 'package.json'))
  const text = licenceText(folder)
  return {
    type: 'library',
    'bom-ref': addressOf(manifest),
    name: manifest.name,
    version: manifest.version,
    licenses: [
      {
        license: {
          id: licenceName(manifest),
          text: text === undefined ? undefined : { content: text },
        },
      },
    ],
    purl: addressOf(manifest),
  }
}

/**
 * The packages as a software bill of materials in CycloneDX 1.6
 * (https://cyclonedx.org/docs/1.6/json/). It contains no time, so that builds are reproducible.
 * @param root the folder of the package that they were bundled into
 */
export function billOfMaterials(root, folders) {
  const manifest = readJson(join(root, 'package.json'))
  const components = new Map(
    folders.map(component).map((described) => [described['bom-ref'], described]),
  )
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': addressOf(manifest),
        name: manifest.name,
        version: manifest.version,
        licenses: [{ license: { id: manifest.license } }],
        purl: addressOf(manifest),
      },
    },
    components: [...components.values()],
  }
}
