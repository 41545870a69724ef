import { graphql, type ResultOf } from '../../api/graphql'

export const DistrictQuery = graphql(`
  query WebDistrict($from: Date!, $to: Date!, $after: String) {
    statistics(from: $from, to: $to, first: 4, after: $after) {
      edges {
        cursor
        node {
          school { id shortName }
          pupils
          months { month grade marks byValue { scale value count } entries byKind { kind count } }
          meals { month sold }
        }
      }
      pageInfo { hasNextPage }
    }
  }
`)

export const DistrictSchoolQuery = graphql(`
  query WebDistrictSchool($school: ID!, $from: Date!, $to: Date!) {
    statistics(schoolId: $school, from: $from, to: $to, first: 1) {
      edges {
        node {
          school { id name shortName }
          pupils
          grades { grade pupils }
          months { month grade marks byValue { scale value count } entries byKind { kind count } }
          days { date entries }
          meals { month sold sum { minor currency } }
        }
      }
    }
  }
`)

export type OfDistrict = ResultOf<typeof DistrictQuery>['statistics']['edges'][number]['node']
export type OfSchool = ResultOf<typeof DistrictSchoolQuery>['statistics']['edges'][number]['node']
export type GradeMonth = OfDistrict['months'][number]
export type AttendanceKind = GradeMonth['byKind'][number]['kind']
