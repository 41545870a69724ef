import { graphql, type ResultOf } from '../../api/graphql'

export const DiaryQuery = graphql(`
  query WebDiary($child: ID!, $from: Date!, $to: Date!) {
    childDays(childId: $child, from: $from, to: $to) {
      date
      lessons {
        lesson { id subject { name } group { name } bell startsAt endsAt room topic cancelled substituted movedFrom otherRoom merged teacher { name } }
        homework { id text }
        marks { id label converted weight work counts ownWork { name } }
        attendance { kind minutesLate reason { name } }
      }
      movedAway { id subject { name } startsAt movedFrom movedFromBell }
    }
    holidays(from: $from, to: $to) { schoolId name startsOn endsOn }
    childBellDays(childId: $child, from: $from, to: $to) { date name }
  }
`)

export type Holiday = ResultOf<typeof DiaryQuery>['holidays'][number]
export type BellDay = ResultOf<typeof DiaryQuery>['childBellDays'][number]
export type DiaryDay = ResultOf<typeof DiaryQuery>['childDays'][number]
