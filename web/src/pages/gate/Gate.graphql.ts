import { graphql, type ResultOf } from '../../api/graphql'

export const DoorsQuery = graphql(`
  query WebDoors {
    doors { id name antiPassback }
  }
`)

export const DoorTapsQuery = graphql(`
  query WebDoorTaps($door: ID!, $after: String) {
    taps(doorId: $door, first: 30, after: $after) {
      edges {
        cursor
        node {
          id direction reader happenedAt receivedAt late suspect position
          verdict { outcome reason }
          person { id name photo }
          classGroup { name }
        }
      }
      pageInfo { hasNextPage }
    }
  }
`)

export type DoorTaps = ResultOf<typeof DoorTapsQuery>
export type DoorTap = DoorTaps['taps']['edges'][number]['node']
export type Door = ResultOf<typeof DoorsQuery>['doors'][number]
