import { graphql, type ResultOf } from '../../api/graphql'

export const PersonQuery = graphql(`
  query WebPerson($id: ID!) {
    person(id: $id) { id name familyName givenName patronymic photo position isGuardian hasCard leftOn classGroup { id name } }
  }
`)

export const GuardiansQuery = graphql(`
  query WebGuardians($pupil: ID!) {
    guardians(pupilId: $pupil) { person { id name } relation since open reason }
  }
`)

export const WardsQuery = graphql(`
  query WebWards($guardian: ID!) {
    people(guardianId: $guardian) { edges { cursor node { id name photo position isGuardian hasCard leftOn classGroup { id name } } } }
  }
`)

export const GrantGuardianship = graphql(`
  mutation WebGrantGuardianship($input: GrantGuardianshipInput!) {
    grantGuardianship(input: $input) {
      __typename
      ... on GuardianshipSaved { current }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RELATIONS = ['MOTHER', 'FATHER', 'OTHER'] as const

export const AddGuardians = graphql(`
  mutation WebAddGuardians($input: AddGuardiansInput!) {
    addGuardians(input: $input) {
      __typename
      ... on PeopleAdded { results { __typename ... on Person { id } ... on Refusal { code } } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const MovePupil = graphql(`
  mutation WebMovePupil($input: MovePupilInput!) {
    movePupil(input: $input) {
      __typename
      ... on PupilMove { on classGroup { name } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const RestrictGuardianship = graphql(`
  mutation WebRestrictGuardianship($input: RestrictGuardianshipInput!) {
    restrictGuardianship(input: $input) {
      __typename
      ... on GuardianshipSaved { open }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const EndGuardianship = graphql(`
  mutation WebEndGuardianship($input: GuardianshipInput!) {
    endGuardianship(input: $input) {
      __typename
      ... on GuardianshipSaved { current }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const PersonCardsQuery = graphql(`
  query WebPersonCards($person: ID!) {
    cards(personId: $person) { id state issuedAt blockedAt }
  }
`)

export const BlockPersonCard = graphql(`
  mutation WebBlockPersonCard($card: ID!) {
    blockCard(input: { cardId: $card }) {
      __typename
      ... on CardSaved { card { id state blockedAt } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const UnblockCard = graphql(`
  mutation WebUnblockCard($card: ID!) {
    unblockCard(input: { cardId: $card }) {
      __typename
      ... on CardSaved { card { id state blockedAt } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const MoneyQuery = graphql(`
  query WebPersonMoney($person: ID!) {
    mealAccount(childId: $person) { id balance { minor currency } floor { minor currency } }
  }
`)

export const OpenMealAccount = graphql(`
  mutation WebOpenMealAccount($person: ID!) {
    openMealAccount(input: { personId: $person }) {
      __typename
      ... on MealAccountOpened { account { id } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const TakeCash = graphql(`
  mutation WebTakeCash($input: TopUpInput!) {
    topUp(input: $input) {
      __typename
      ... on ToppedUp { transfer { id amount { minor currency } balanceAfter { minor currency } } }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const CorrectName = graphql(`
  mutation WebCorrectName($input: CorrectNameInput!) {
    correctName(input: $input) {
      __typename
      ... on Person { id name }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const EndPupil = graphql(`
  mutation WebEndPupil($input: LeavingInput!) {
    endPupil(input: $input) {
      __typename
      ... on Left { personId on }
      ... on Refusal { code retryAfter }
    }
  }
`)

export const EndStaff = graphql(`
  mutation WebEndStaff($input: LeavingInput!) {
    endStaff(input: $input) {
      __typename
      ... on Left { personId on }
      ... on Refusal { code retryAfter }
    }
  }
`)

export type Known = ResultOf<typeof PersonQuery>['person']
export type Guardian = ResultOf<typeof GuardiansQuery>['guardians'][number]
export type Card = ResultOf<typeof PersonCardsQuery>['cards'][number]
export type MealAccount = ResultOf<typeof MoneyQuery>['mealAccount']
