-- Originals and pictures of reports go when their time is over (rumours.md §7), with a row of the journal that keeps their hashes; the
-- report itself stays. Nobody removes one in another way: the program has no right to, and this takes only reports all of whose
-- claims rest, dismissed or answered and closed, for long enough, and none of anything that went to the police. What belongs to no
-- claim (a denial, a question that was answered, what was held back) and what a drill left goes as what was dismissed does.
drop trigger sighting_raw_stays on sighting_raw;
drop trigger sighting_picture_stays on sighting_picture;
create trigger sighting_raw_stays before update on sighting_raw for each row execute function refuse_change();
create trigger sighting_picture_stays before update on sighting_picture for each row execute function refuse_change();
create trigger sighting_raw_kept before delete on sighting_raw
  for each row when (current_setting('quakedesk.forgetting', true) is distinct from 'on') execute function refuse_change();
create trigger sighting_picture_kept before delete on sighting_picture
  for each row when (current_setting('quakedesk.forgetting', true) is distinct from 'on') execute function refuse_change();

create function forget_originals(at_ timestamptz, dismissed_seconds double precision, published_seconds double precision, most integer)
returns integer language plpgsql security definer set search_path = public, pg_temp as $$
declare
  one record;
  done integer := 0;
begin
  if dismissed_seconds < 30 * 86400 or published_seconds < 365 * 86400 then
    raise exception 'originals are kept for longer than that';
  end if;
  perform set_config('quakedesk.forgetting', 'on', true);
  for one in
    with recursive referred (id) as (
      select c.id from claim c where c.referrals <> '{}'
        or exists (select from police_package p where p.claim_id = c.id and p.decided is distinct from 'declined')
      union select m.id from claim m join referred w on m.merged_into = w.id
    ), over (id) as (
      select c.id from claim c where c.class = 'actual' and (
        c.state = 'dismissed' and c.rested_at < at_ - make_interval(secs => dismissed_seconds)
        or c.state = 'closed' and greatest(c.rested_at, c.published_at) < at_ - make_interval(secs => published_seconds))
      or c.class = 'drill' and c.retired_at < at_ - make_interval(secs => dismissed_seconds)
      union select m.id from claim m join over w on m.merged_into = w.id
    ), past (id) as (
      select l.sighting_id from over w join sighting_link l on l.claim_id = w.id and l.ended_at is null
      union select s.id from sighting s where s.received_at < at_ - make_interval(secs => dismissed_seconds)
        and not exists (select from sighting_link l where l.sighting_id = s.id and l.ended_at is null)
        and not exists (select from sighting_waiting w where w.sighting_id = s.id)
        and not exists (select from question q where q.sighting_id = s.id and q.answered_at is null)
        -- A scenario's clock may be years behind.
        and (s.class = 'actual' or not exists (select from claim d where d.class = 'drill' and d.retired_at is null))
    )
    select s.id, s.raw_sha256, p.sha256 as picture from past
      join sighting s on s.id = past.id join sighting_raw r on r.sighting_id = s.id
      left join sighting_picture p on p.sighting_id = s.id
    where not exists (select from sighting_link o join referred f on f.id = o.claim_id where o.sighting_id = s.id)
    order by s.received_at, s.id limit most
  loop
    delete from sighting_raw where sighting_id = one.id;
    delete from sighting_picture where sighting_id = one.id;
    insert into journal (at, actor, act, subject, detail) values (at_, 'system', 'sighting.forgotten', one.id,
      jsonb_strip_nulls(jsonb_build_object('sha256', one.raw_sha256, 'picture', one.picture)));
    done := done + 1;
  end loop;
  perform set_config('quakedesk.forgetting', '', true);
  return done;
end $$;
revoke execute on function forget_originals(timestamptz, double precision, double precision, integer) from public;
grant execute on function forget_originals(timestamptz, double precision, double precision, integer) to quakedesk_app;
