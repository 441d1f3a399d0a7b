// In: quakes as the API has them. Out: /feeds/quakes.geojson (RFC 7946), for maps.
// Must not put a depth into the coordinates: there it would be a height in metres. A withdrawn quake keeps its place in the
// list, without a geometry, so that whoever has drawn it learns that it goes.
import { replaceUnwritable } from '../../../core/xml.ts'
import type { Page } from '../../../store/pages.ts'
import type { QuakeJson, QuakeListJson } from '../api-schemas.ts'

/** /feeds/quakes.geojson */
export function geojsonPage(listing: QuakeListJson): Page {
  const body = {
    type: 'FeatureCollection',
    ...(listing.demonstration === true ? { demonstration: true } : {}),
    features: listing.quakes.map(writeFeature),
  }
  return {
    path: '/feeds/quakes.geojson',
    contentType: 'application/geo+json; charset=utf-8',
    status: 200,
    body: JSON.stringify(body),
  }
}

function writeFeature({ id, values, ...quake }: QuakeJson): object {
  return {
    type: 'Feature',
    id,
    geometry: values === null ? null : { type: 'Point', coordinates: [values.longitude, values.latitude] },
    properties: { ...values, ...(values === null ? {} : { place: replaceUnwritable(values.place) }), ...quake },
  }
}
