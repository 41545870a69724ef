-- Whose settings a bearer's token stands for, as row-level security reads them: one call a request. The owner's, for no viewer may read the session table.
CREATE FUNCTION public.bench_identity(token_digest bytea) RETURNS json LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    WITH who AS (
        SELECT s.account_id FROM session s JOIN account a ON a.id = s.account_id
        WHERE s.digest = token_digest AND s.revoked_at IS NULL AND s.expires_at > now() AND a.disabled_at IS NULL
    ), roles AS (
        SELECT r.* FROM account_role r JOIN who USING (account_id)
    ), kin AS (
        SELECT g.* FROM guardianship g JOIN roles r ON r.school_id = g.school_id AND r.person_id = g.guardian_id AND r.role = 'guardian'
        WHERE g.ended_at IS NULL
    )
    SELECT json_build_object(
        'app.account', (SELECT account_id FROM who),
        'app.guardian', (SELECT coalesce(array_agg(DISTINCT school_id), '{}') FROM kin)::text,
        'app.schools', (SELECT coalesce(array_agg(DISTINCT school_id), '{}') FROM kin)::text,
        'app.selves', (SELECT coalesce(array_agg(DISTINCT guardian_id), '{}') FROM kin)::text,
        'app.children', (SELECT coalesce(array_agg(DISTINCT pupil_id), '{}') FROM kin)::text,
        'app.children_diary', (SELECT coalesce(array_agg(DISTINCT pupil_id) FILTER (WHERE diary), '{}') FROM kin)::text,
        'app.children_meals', (SELECT coalesce(array_agg(DISTINCT pupil_id) FILTER (WHERE meals), '{}') FROM kin)::text,
        'app.children_access', (SELECT coalesce(array_agg(DISTINCT pupil_id) FILTER (WHERE access), '{}') FROM kin)::text
    ) FROM who
$$;
REVOKE ALL ON FUNCTION public.bench_identity FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.bench_identity TO bench_app;
CREATE FUNCTION public.person_name(one person) RETURNS text LANGUAGE sql STABLE
    RETURN concat_ws(' ', nullif(one.family_name, ''), nullif(one.given_name, ''), nullif(one.patronymic, ''));
COMMENT ON COLUMN public.mark.withdrawn_at IS E'@behavior +attribute:filterBy';
