import { graphql, type ResultOf } from '../../api/graphql'

// What a court withholds from a guardian is not asked for: the whole answer would be a refusal.
export const TodayQuery = graphql(`
  query WebToday($child: ID!, $date: Date!, $from: Date!, $to: Date!, $diary: Boolean!, $access: Boolean!, $meals: Boolean!) {
    childDay(childId: $child, date: $date) @include(if: $diary) {
      lessons {
        lesson { id subject { name } group { name } bell startsAt endsAt room topic cancelled substituted movedFrom otherRoom merged teacher { name } }
        homework { id text }
        marks { id label converted weight work counts ownWork { name } }
        attendance { kind minutesLate reason { name } }
      }
      movedAway { id subject { name } startsAt movedFrom movedFromBell }
    }
    homework(childId: $child, from: $from, to: $to) @include(if: $diary) { id date subject { name } text }
    pupilPresence(childId: $child) @include(if: $access) { inside changedAt }
    passages(personId: $child, first: 20) @include(if: $access) {
      edges { node { id direction happenedAt late door { name } } }
    }
    taps(personId: $child, first: 20) @include(if: $access) {
      edges { node { id direction happenedAt late door { name } verdict { outcome reason } } }
    }
    lateArrivals(childId: $child, from: $date, to: $date) @include(if: $access) { minutes passageId }
    mealHistory(childId: $child, first: 20) @include(if: $meals) {
      edges { node { id kind amount { minor currency } happenedAt items { name quantity } } }
    }
  }
`)

export const BalanceQuery = graphql(`
  query WebBalance($child: ID!) {
    mealAccount(childId: $child) { id balance { minor currency } }
  }
`)

export type Day = ResultOf<typeof TodayQuery>
export type DayLesson = NonNullable<Day['childDay']>['lessons'][number]
export type MovedLesson = NonNullable<Day['childDay']>['movedAway'][number]
export type Homework = NonNullable<Day['homework']>[number]
export type Transfer = NonNullable<Day['mealHistory']>['edges'][number]['node']
