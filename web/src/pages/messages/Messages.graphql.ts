import { graphql, type ResultOf } from '../../api/graphql'

export const ThreadsQuery = graphql(`
  query WebThreads($after: String) {
    threads(first: 20, after: $after) {
      edges { cursor node { id pupilId teacherId unread lastText lastAt lastOwn pupil { name givenName } teacher { name } classGroup { id name } } }
      pageInfo { hasNextPage }
    }
  }
`)

export type Thread = ResultOf<typeof ThreadsQuery>['threads']['edges'][number]['node']

export const CorrespondentsQuery = graphql(`
  query WebCorrespondents($child: ID!) {
    correspondents(childId: $child) { teacherId subjects leads teacher { name } }
  }
`)

export type Correspondent = ResultOf<typeof CorrespondentsQuery>['correspondents'][number]

export const ClassesQuery = graphql(`
  query WebOwnClasses($teaches: Boolean!) {
    classGroups { id name }
    myCourses @include(if: $teaches) { classGroup { id } teacher { id } }
  }
`)

export const ClassQuery = graphql(`
  query WebClassOfPupils($group: ID!) {
    pupils(classGroupId: $group, first: 100) { edges { node { id name } } }
  }
`)

export const AnnouncementsQuery = graphql(`
  query WebAnnouncements($after: String) {
    announcements(first: 3, after: $after) {
      edges { cursor node { id grade classGroup { name } title text acknowledgeBy madeAt acknowledgedAt own families haveRead madeBy { name } } }
      pageInfo { hasNextPage }
    }
  }
`)

export type Announcement = ResultOf<typeof AnnouncementsQuery>['announcements']['edges'][number]['node']

export const ReadByQuery = graphql(`
  query WebReadBy($thing: ID!) {
    readBy(thingId: $thing) { families haveRead readings { pupilId pupil guardian at } notYet { pupilId pupil } }
  }
`)

export const RemarksQuery = graphql(`
  query WebRemarks($child: ID!) {
    remarks(childId: $child, first: 10) { edges { node { id kind text givenAt acknowledgedAt givenBy { name } } } }
  }
`)
