// In: whatever Node runs this. Out: the program, or one sentence about the Node it needs.
// Plain JavaScript on purpose: an older Node cannot read anything else here.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(
    `Quakedesk needs Node 22.19 or newer, this is ${process.versions.node}. "npm start" uses the Node 24 that npm ci installed; ` +
      'outside npm run node_modules/.bin/node src/start.mjs\n',
  )
  process.exit(2)
}
await import('./main.ts')
