// A summary feed of 10,000 features as USGS serves it: gzip, no validators that a 304 could rest on.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

const features = Array.from({ length: 10_000 }, (_, index) => ({
  type: 'Feature',
  id: `us7000${index.toString(36)}`,
  properties: {
    mag: 2 + (index % 50) / 10,
    place: `${index % 90} km SSW of Somewhere, Chile`,
    time: 1_700_000_000_000 + index * 60_000,
    updated: 1_700_000_600_000 + index * 60_000,
    status: 'automatic',
    net: 'us',
    code: `7000${index.toString(36)}`,
    ids: `,us7000${index.toString(36)},`,
    sources: ',us,',
    types: ',origin,phase-data,',
    magType: 'mb',
    type: 'earthquake',
    title: `M ${2 + (index % 50) / 10}`,
    url: 'https://example.invalid/',
    detail: 'https://example.invalid/detail',
    felt: null,
    cdi: null,
    mmi: null,
    alert: null,
    tsunami: 0,
    sig: 300,
    nst: null,
    dmin: null,
    rms: 0.8,
    gap: 100,
    tz: null,
  },
  geometry: { type: 'Point', coordinates: [-70 + (index % 100) / 10, -30 + (index % 70) / 10, 10 + (index % 60)] },
}))
const body = gzipSync(
  JSON.stringify({
    type: 'FeatureCollection',
    metadata: { generated: 1_700_000_000_000, count: features.length },
    features,
  }),
)
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-encoding': 'gzip' }).end(body)
})
server.listen(0, '127.0.0.1', () =>
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` }),
)
process.on('disconnect', () => process.exit(0))
