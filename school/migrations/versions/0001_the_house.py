"""The house: registry, diary, meals, access, day, outbox and feed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import school.db

revision = '0001'
down_revision = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""

    op.create_table('account',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('login', sa.String(length=80), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('made_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('disabled_at', school.db.Moment(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('login', name=op.f('uq_account_login'))
    )
    op.create_table('checkpoint',
    sa.Column('consumer', sa.String(length=64), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('consumer', name=op.f('pk_checkpoint'))
    )
    op.create_table('feed_head',
    sa.Column('id', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_head'))
    )
    op.create_table('lease',
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('holder', sa.Uuid(), nullable=False),
    sa.Column('expires_at', school.db.Moment(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_lease'))
    )
    op.create_table('school',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('short_name', sa.String(length=60), nullable=False),
    sa.Column('time_zone', sa.String(length=64), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_school'))
    )
    op.create_table('bell',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('starts_at', sa.Time(), nullable=False),
    sa.Column('ends_at', sa.Time(), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_bell_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'number', name=op.f('pk_bell'))
    )
    op.create_table('card_key',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('secret', sa.LargeBinary(length=32), nullable=False),
    sa.Column('made_at', school.db.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_card_key_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_card_key'))
    )
    op.create_table('device',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('gate', 'canteen', 'desk', name='device_kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('public_key', sa.LargeBinary(length=32), nullable=False),
    sa.Column('enrolled_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('revoked_at', school.db.Moment(timezone=True), nullable=True),
    sa.Column('counter', sa.BigInteger(), nullable=False),
    sa.Column('counter_window', sa.BigInteger(), nullable=False),
    sa.Column('seen_at', school.db.Moment(timezone=True), nullable=True),
    sa.Column('software', sa.String(length=40), nullable=False),
    sa.Column('queue_depth', sa.Integer(), nullable=False),
    sa.Column('rejected', sa.Integer(), nullable=False),
    sa.Column('clock_offset_ms', sa.BigInteger(), nullable=False),
    sa.Column('last_tap_at', school.db.Moment(timezone=True), nullable=True),
    sa.Column('list_version', sa.String(length=80), nullable=True),
    sa.Column('readers', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=True),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_device_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_device'))
    )
    op.create_table('device_code',
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('gate', 'canteen', 'desk', name='device_kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('bindings', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('made_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('expires_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_device_code_school_id')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_device_code'))
    )
    op.create_table('door',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('anti_passback', sa.Enum('off', 'soft', 'hard', name='anti_passback', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_door_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_door')),
    sa.UniqueConstraint('school_id', 'name', name=op.f('uq_door_school_id_name'))
    )
    op.create_table('feed',
    sa.Column('seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('topic_kind', sa.Enum('pupil', 'door', 'till', 'desk', 'passes', name='topic_kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('topic_id', sa.Uuid(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=False),
    sa.Column('payload', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('occurred_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('published_at', school.db.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_feed_school_id')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_feed'))
    )
    with op.batch_alter_table('feed', schema=None) as batch_op:
        batch_op.create_index('ix_feed_topic', ['school_id', 'topic_kind', 'topic_id', 'seq'], unique=False)

    op.create_table('grading_scale',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('lowest', sa.SmallInteger(), nullable=False),
    sa.Column('highest', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('lowest < highest', name=op.f('ck_grading_scale_order')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_grading_scale_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_grading_scale'))
    )
    op.create_table('outbox',
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=True, nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('version', sa.SmallInteger(), nullable=False),
    sa.Column('topics', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('payload', sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql'), nullable=False),
    sa.Column('occurred_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('appended_at', school.db.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_outbox_school_id')),
    sa.PrimaryKeyConstraint('position', name=op.f('pk_outbox'))
    )
    op.create_table('person',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('family_name', sa.String(length=80), nullable=False),
    sa.Column('given_name', sa.String(length=80), nullable=False),
    sa.Column('patronymic', sa.String(length=80), nullable=True),
    sa.Column('sort_key', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_person_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_person'))
    )
    op.create_table('session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('made_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('expires_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('revoked_at', school.db.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_session_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session')),
    sa.UniqueConstraint('digest', name=op.f('uq_session_digest'))
    )
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_session_account_id'), ['account_id'], unique=False)

    op.create_table('subject',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_subject_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_subject')),
    sa.UniqueConstraint('school_id', 'name', name=op.f('uq_subject_school_id_name'))
    )
    op.create_table('term',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.CheckConstraint('starts_on <= ends_on', name=op.f('ck_term_dates')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_term_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_term'))
    )
    op.create_table('account_role',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Enum('guardian', 'pupil', 'teacher', 'canteen', 'guard', 'office', name='role', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_role_account_id')),
    sa.ForeignKeyConstraint(['school_id', 'person_id'], ['person.school_id', 'person.id'], name=op.f('fk_account_role_school_id_person_id')),
    sa.PrimaryKeyConstraint('account_id', 'school_id', 'person_id', 'role', name=op.f('pk_account_role'))
    )
    with op.batch_alter_table('account_role', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_role_school_id_person_id'), ['school_id', 'person_id'], unique=False)

    op.create_table('card',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('token', sa.LargeBinary(length=32), nullable=False),
    sa.Column('key_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('active', 'blocked', name='card_state', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('issued_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('blocked_at', school.db.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['school_id', 'key_id'], ['card_key.school_id', 'card_key.id'], name=op.f('fk_card_school_id_key_id')),
    sa.ForeignKeyConstraint(['school_id', 'person_id'], ['person.school_id', 'person.id'], name=op.f('fk_card_school_id_person_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_card_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_card')),
    sa.UniqueConstraint('school_id', 'token', name=op.f('uq_card_school_id_token'))
    )
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_card_school_id_person_id'), ['school_id', 'person_id'], unique=False)

    op.create_table('door_reader',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('reader', sa.String(length=80), nullable=False),
    sa.Column('door_id', sa.Uuid(), nullable=False),
    sa.Column('direction', sa.Enum('in', 'out', name='direction', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.ForeignKeyConstraint(['school_id', 'device_id'], ['device.school_id', 'device.id'], name=op.f('fk_door_reader_school_id_device_id')),
    sa.ForeignKeyConstraint(['school_id', 'door_id'], ['door.school_id', 'door.id'], name=op.f('fk_door_reader_school_id_door_id')),
    sa.PrimaryKeyConstraint('school_id', 'device_id', 'reader', name=op.f('pk_door_reader'))
    )
    with op.batch_alter_table('door_reader', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_door_reader_school_id_door_id'), ['school_id', 'door_id'], unique=False)

    op.create_table('meal_account',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('person', 'funding', 'sales', name='account_kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('balance', sa.BigInteger(), nullable=True),
    sa.Column('floor', sa.BigInteger(), nullable=False),
    sa.Column('opened_at', school.db.Moment(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'person') = (balance IS NOT NULL)", name=op.f('ck_meal_account_balance')),
    sa.CheckConstraint("(kind = 'person') = (person_id IS NOT NULL)", name=op.f('ck_meal_account_person')),
    sa.CheckConstraint('balance IS NULL OR balance >= floor', name=op.f('ck_meal_account_floor')),
    sa.ForeignKeyConstraint(['school_id', 'person_id'], ['person.school_id', 'person.id'], name=op.f('fk_meal_account_school_id_person_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_meal_account_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_meal_account')),
    sa.UniqueConstraint('school_id', 'person_id', name=op.f('uq_meal_account_school_id_person_id'))
    )
    with op.batch_alter_table('meal_account', schema=None) as batch_op:
        batch_op.create_index('uq_meal_account_house', ['school_id', 'kind', 'currency'], unique=True, sqlite_where=sa.text('person_id IS NULL'), postgresql_where=sa.text('person_id IS NULL'))

    op.create_table('presence',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('inside', sa.Boolean(), nullable=False),
    sa.Column('door_id', sa.Uuid(), nullable=False),
    sa.Column('changed_at', school.db.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['school_id', 'door_id'], ['door.school_id', 'door.id'], name=op.f('fk_presence_school_id_door_id')),
    sa.ForeignKeyConstraint(['school_id', 'person_id'], ['person.school_id', 'person.id'], name=op.f('fk_presence_school_id_person_id')),
    sa.PrimaryKeyConstraint('school_id', 'person_id', name=op.f('pk_presence'))
    )
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_presence_school_id_inside'), ['school_id', 'inside'], unique=False)

    op.create_table('staff',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.String(length=80), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['school_id', 'id'], ['person.school_id', 'person.id'], name=op.f('fk_staff_school_id_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_staff'))
    )
    op.create_table('tap',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.Column('reader', sa.String(length=80), nullable=False),
    sa.Column('token', sa.LargeBinary(length=32), nullable=False),
    sa.Column('key_id', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('device_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('happened_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('received_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('suspect', sa.Boolean(), nullable=False),
    sa.Column('outcome', sa.Enum('admit', 'refuse', name='outcome', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('data_version', sa.String(length=40), nullable=True),
    sa.ForeignKeyConstraint(['school_id', 'device_id'], ['device.school_id', 'device.id'], name=op.f('fk_tap_school_id_device_id')),
    sa.ForeignKeyConstraint(['school_id', 'person_id'], ['person.school_id', 'person.id'], name=op.f('fk_tap_school_id_person_id')),
    sa.PrimaryKeyConstraint('school_id', 'device_id', 'sequence', name=op.f('pk_tap')),
    sa.UniqueConstraint('school_id', 'id', name=op.f('uq_tap_school_id_id'))
    )
    with op.batch_alter_table('tap', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tap_school_id_device_id_happened_at'), ['school_id', 'device_id', 'happened_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_tap_school_id_person_id_happened_at'), ['school_id', 'person_id', 'happened_at'], unique=False)

    op.create_table('till',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_till_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_till'))
    )
    op.create_table('till_reader',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('reader', sa.String(length=80), nullable=False),
    sa.Column('till_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['school_id', 'device_id'], ['device.school_id', 'device.id'], name=op.f('fk_till_reader_school_id_device_id')),
    sa.ForeignKeyConstraint(['school_id', 'till_id'], ['till.school_id', 'till.id'], name=op.f('fk_till_reader_school_id_till_id')),
    sa.PrimaryKeyConstraint('school_id', 'device_id', 'reader', name=op.f('pk_till_reader'))
    )
    with op.batch_alter_table('till_reader', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_till_reader_school_id_till_id'), ['school_id', 'till_id'], unique=False)

    op.create_table('class_group',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('grade', sa.SmallInteger(), nullable=False),
    sa.Column('letter', sa.String(length=4), nullable=False),
    sa.Column('teacher_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['school_id', 'teacher_id'], ['staff.school_id', 'staff.id'], name=op.f('fk_class_group_school_id_teacher_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_class_group_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_class_group')),
    sa.UniqueConstraint('school_id', 'grade', 'letter', name=op.f('uq_class_group_school_id_grade_letter'))
    )
    op.create_table('passage',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('door_id', sa.Uuid(), nullable=False),
    sa.Column('direction', sa.Enum('in', 'out', name='direction', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('data_version', sa.String(length=40), nullable=True),
    sa.Column('device_id', sa.Uuid(), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('happened_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('received_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('late', sa.Boolean(), nullable=False),
    sa.Column('suspect', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['school_id', 'device_id', 'sequence'], ['tap.school_id', 'tap.device_id', 'tap.sequence'], name=op.f('fk_passage_school_id_device_id_sequence')),
    sa.ForeignKeyConstraint(['school_id', 'door_id'], ['door.school_id', 'door.id'], name=op.f('fk_passage_school_id_door_id')),
    sa.ForeignKeyConstraint(['school_id', 'person_id'], ['person.school_id', 'person.id'], name=op.f('fk_passage_school_id_person_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_passage_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_passage')),
    sa.UniqueConstraint('school_id', 'device_id', 'sequence', name=op.f('uq_passage_school_id_device_id_sequence'))
    )
    with op.batch_alter_table('passage', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passage_school_id_door_id_happened_at'), ['school_id', 'door_id', 'happened_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_passage_school_id_person_id_happened_at'), ['school_id', 'person_id', 'happened_at'], unique=False)

    op.create_table('transfer',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('top_up', 'sale', 'refund', name='transfer_kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('till_id', sa.Uuid(), nullable=True),
    sa.Column('tap_id', sa.Uuid(), nullable=True),
    sa.Column('refunds', sa.Uuid(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=True),
    sa.Column('by', sa.Uuid(), nullable=True),
    sa.Column('happened_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('digest', sa.LargeBinary(length=32), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_transfer_amount')),
    sa.ForeignKeyConstraint(['school_id', 'account_id'], ['meal_account.school_id', 'meal_account.id'], name=op.f('fk_transfer_school_id_account_id')),
    sa.ForeignKeyConstraint(['school_id', 'by'], ['person.school_id', 'person.id'], name=op.f('fk_transfer_school_id_by')),
    sa.ForeignKeyConstraint(['school_id', 'refunds'], ['transfer.school_id', 'transfer.id'], name=op.f('fk_transfer_school_id_refunds')),
    sa.ForeignKeyConstraint(['school_id', 'tap_id'], ['tap.school_id', 'tap.id'], name=op.f('fk_transfer_school_id_tap_id')),
    sa.ForeignKeyConstraint(['school_id', 'till_id'], ['till.school_id', 'till.id'], name=op.f('fk_transfer_school_id_till_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_transfer_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_transfer')),
    sa.UniqueConstraint('school_id', 'refunds', name=op.f('uq_transfer_school_id_refunds')),
    sa.UniqueConstraint('school_id', 'tap_id', name=op.f('uq_transfer_school_id_tap_id'))
    )
    with op.batch_alter_table('transfer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_transfer_school_id_account_id_happened_at'), ['school_id', 'account_id', 'happened_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_transfer_school_id_till_id_happened_at'), ['school_id', 'till_id', 'happened_at'], unique=False)

    op.create_table('course',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('class_group_id', sa.Uuid(), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('teacher_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['school_id', 'class_group_id'], ['class_group.school_id', 'class_group.id'], name=op.f('fk_course_school_id_class_group_id')),
    sa.ForeignKeyConstraint(['school_id', 'subject_id'], ['subject.school_id', 'subject.id'], name=op.f('fk_course_school_id_subject_id')),
    sa.ForeignKeyConstraint(['school_id', 'teacher_id'], ['staff.school_id', 'staff.id'], name=op.f('fk_course_school_id_teacher_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_course_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_course')),
    sa.UniqueConstraint('school_id', 'class_group_id', 'subject_id', 'teacher_id', name=op.f('uq_course_school_id_class_group_id_subject_id_teacher_id'))
    )
    with op.batch_alter_table('course', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_course_school_id_teacher_id'), ['school_id', 'teacher_id'], unique=False)

    op.create_table('door_rule',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('door_id', sa.Uuid(), nullable=True),
    sa.Column('direction', sa.Enum('in', 'out', name='direction', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('audience', sa.Enum('pupils', 'staff', 'class_group', 'person', name='audience', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('class_group_id', sa.Uuid(), nullable=True),
    sa.Column('person_id', sa.Uuid(), nullable=True),
    sa.Column('weekdays', sa.SmallInteger(), nullable=False),
    sa.Column('starts_at', sa.Time(), nullable=False),
    sa.Column('ends_at', sa.Time(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('made_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('ended_at', school.db.Moment(timezone=True), nullable=True),
    sa.CheckConstraint("(audience = 'class_group') = (class_group_id IS NOT NULL)", name=op.f('ck_door_rule_class_group')),
    sa.CheckConstraint("(audience = 'person') = (person_id IS NOT NULL)", name=op.f('ck_door_rule_person')),
    sa.CheckConstraint('weekdays BETWEEN 1 AND 127', name=op.f('ck_door_rule_weekdays')),
    sa.ForeignKeyConstraint(['school_id', 'class_group_id'], ['class_group.school_id', 'class_group.id'], name=op.f('fk_door_rule_school_id_class_group_id')),
    sa.ForeignKeyConstraint(['school_id', 'door_id'], ['door.school_id', 'door.id'], name=op.f('fk_door_rule_school_id_door_id')),
    sa.ForeignKeyConstraint(['school_id', 'person_id'], ['person.school_id', 'person.id'], name=op.f('fk_door_rule_school_id_person_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_door_rule_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_door_rule'))
    )
    op.create_table('posting',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('transfer_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('balance', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('amount <> 0', name=op.f('ck_posting_amount')),
    sa.ForeignKeyConstraint(['school_id', 'account_id'], ['meal_account.school_id', 'meal_account.id'], name=op.f('fk_posting_school_id_account_id')),
    sa.ForeignKeyConstraint(['school_id', 'transfer_id'], ['transfer.school_id', 'transfer.id'], name=op.f('fk_posting_school_id_transfer_id')),
    sa.PrimaryKeyConstraint('school_id', 'transfer_id', 'account_id', name=op.f('pk_posting'))
    )
    with op.batch_alter_table('posting', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_posting_school_id_account_id_transfer_id'), ['school_id', 'account_id', 'transfer_id'], unique=False)

    op.create_table('pupil',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('class_group_id', sa.Uuid(), nullable=False),
    sa.Column('enrolled_on', sa.Date(), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['school_id', 'class_group_id'], ['class_group.school_id', 'class_group.id'], name=op.f('fk_pupil_school_id_class_group_id')),
    sa.ForeignKeyConstraint(['school_id', 'id'], ['person.school_id', 'person.id'], name=op.f('fk_pupil_school_id_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_pupil'))
    )
    with op.batch_alter_table('pupil', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pupil_school_id_class_group_id'), ['school_id', 'class_group_id'], unique=False)

    op.create_table('sale_item',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('transfer_id', sa.Uuid(), nullable=False),
    sa.Column('line', sa.SmallInteger(), autoincrement=False, nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('quantity', sa.SmallInteger(), nullable=False),
    sa.Column('price', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('price > 0', name=op.f('ck_sale_item_price')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_sale_item_quantity')),
    sa.ForeignKeyConstraint(['school_id', 'transfer_id'], ['transfer.school_id', 'transfer.id'], name=op.f('fk_sale_item_school_id_transfer_id')),
    sa.PrimaryKeyConstraint('school_id', 'transfer_id', 'line', name=op.f('pk_sale_item'))
    )
    op.create_table('course_scale',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('scale_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['school_id', 'id'], ['course.school_id', 'course.id'], name=op.f('fk_course_scale_school_id_id')),
    sa.ForeignKeyConstraint(['school_id', 'scale_id'], ['grading_scale.school_id', 'grading_scale.id'], name=op.f('fk_course_scale_school_id_scale_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_course_scale'))
    )
    op.create_table('guardianship',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('guardian_id', sa.Uuid(), nullable=False),
    sa.Column('pupil_id', sa.Uuid(), nullable=False),
    sa.Column('relation', sa.Enum('mother', 'father', 'other', name='relation', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('since', school.db.Moment(timezone=True), nullable=False),
    sa.Column('ended_at', school.db.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['school_id', 'guardian_id'], ['person.school_id', 'person.id'], name=op.f('fk_guardianship_school_id_guardian_id')),
    sa.ForeignKeyConstraint(['school_id', 'pupil_id'], ['pupil.school_id', 'pupil.id'], name=op.f('fk_guardianship_school_id_pupil_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_guardianship_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_guardianship'))
    )
    with op.batch_alter_table('guardianship', schema=None) as batch_op:
        batch_op.create_index('ix_guardianship_guardian', ['school_id', 'guardian_id'], unique=False)
        batch_op.create_index('ix_guardianship_pupil', ['school_id', 'pupil_id'], unique=False)
        batch_op.create_index('uq_guardianship_open', ['school_id', 'guardian_id', 'pupil_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('lesson',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('course_id', sa.Uuid(), nullable=False),
    sa.Column('class_group_id', sa.Uuid(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('bell', sa.SmallInteger(), nullable=False),
    sa.Column('room', sa.String(length=20), nullable=True),
    sa.Column('topic', sa.String(length=200), nullable=True),
    sa.Column('cancelled_at', school.db.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['school_id', 'bell'], ['bell.school_id', 'bell.number'], name=op.f('fk_lesson_school_id_bell')),
    sa.ForeignKeyConstraint(['school_id', 'class_group_id'], ['class_group.school_id', 'class_group.id'], name=op.f('fk_lesson_school_id_class_group_id')),
    sa.ForeignKeyConstraint(['school_id', 'course_id'], ['course.school_id', 'course.id'], name=op.f('fk_lesson_school_id_course_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_lesson_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_lesson'))
    )
    with op.batch_alter_table('lesson', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lesson_school_id_class_group_id_on_date_bell'), ['school_id', 'class_group_id', 'on_date', 'bell'], unique=False)
        batch_op.create_index(batch_op.f('ix_lesson_school_id_course_id_on_date'), ['school_id', 'course_id', 'on_date'], unique=False)

    op.create_table('attendance',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('lesson_id', sa.Uuid(), nullable=False),
    sa.Column('pupil_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('present', 'absent', 'late', 'excused', name='attendance_kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('minutes_late', sa.SmallInteger(), nullable=True),
    sa.Column('by', sa.Uuid(), nullable=False),
    sa.Column('at', school.db.Moment(timezone=True), nullable=False),
    sa.CheckConstraint("(kind = 'late') = (minutes_late IS NOT NULL)", name=op.f('ck_attendance_minutes')),
    sa.ForeignKeyConstraint(['school_id', 'by'], ['person.school_id', 'person.id'], name=op.f('fk_attendance_school_id_by')),
    sa.ForeignKeyConstraint(['school_id', 'lesson_id'], ['lesson.school_id', 'lesson.id'], name=op.f('fk_attendance_school_id_lesson_id')),
    sa.ForeignKeyConstraint(['school_id', 'pupil_id'], ['pupil.school_id', 'pupil.id'], name=op.f('fk_attendance_school_id_pupil_id')),
    sa.PrimaryKeyConstraint('school_id', 'lesson_id', 'pupil_id', name=op.f('pk_attendance'))
    )
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendance_school_id_pupil_id_lesson_id'), ['school_id', 'pupil_id', 'lesson_id'], unique=False)

    op.create_table('homework',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('course_id', sa.Uuid(), nullable=False),
    sa.Column('due_lesson_id', sa.Uuid(), nullable=False),
    sa.Column('text', sa.String(length=4000), nullable=False),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('withdrawn_at', school.db.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['school_id', 'course_id'], ['course.school_id', 'course.id'], name=op.f('fk_homework_school_id_course_id')),
    sa.ForeignKeyConstraint(['school_id', 'due_lesson_id'], ['lesson.school_id', 'lesson.id'], name=op.f('fk_homework_school_id_due_lesson_id')),
    sa.ForeignKeyConstraint(['school_id', 'set_by'], ['person.school_id', 'person.id'], name=op.f('fk_homework_school_id_set_by')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_homework_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_homework'))
    )
    with op.batch_alter_table('homework', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_homework_school_id_due_lesson_id'), ['school_id', 'due_lesson_id'], unique=False)

    op.create_table('late_arrival',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('pupil_id', sa.Uuid(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('passage_id', sa.Uuid(), nullable=False),
    sa.Column('lesson_id', sa.Uuid(), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.Column('noticed_at', school.db.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['school_id', 'lesson_id'], ['lesson.school_id', 'lesson.id'], name=op.f('fk_late_arrival_school_id_lesson_id')),
    sa.ForeignKeyConstraint(['school_id', 'pupil_id'], ['pupil.school_id', 'pupil.id'], name=op.f('fk_late_arrival_school_id_pupil_id')),
    sa.PrimaryKeyConstraint('school_id', 'pupil_id', 'on_date', name=op.f('pk_late_arrival'))
    )
    op.create_table('mark',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('pupil_id', sa.Uuid(), nullable=False),
    sa.Column('lesson_id', sa.Uuid(), nullable=False),
    sa.Column('course_id', sa.Uuid(), nullable=False),
    sa.Column('value', sa.SmallInteger(), nullable=False),
    sa.Column('weight', sa.SmallInteger(), nullable=False),
    sa.Column('work', sa.Enum('answer', 'classwork', 'homework', 'test', 'exam', name='work_kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('comment', sa.String(length=500), nullable=True),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('given_by', sa.Uuid(), nullable=False),
    sa.Column('given_at', school.db.Moment(timezone=True), nullable=False),
    sa.Column('withdrawn_at', school.db.Moment(timezone=True), nullable=True),
    sa.CheckConstraint('weight BETWEEN 1 AND 10', name=op.f('ck_mark_weight')),
    sa.ForeignKeyConstraint(['school_id', 'course_id'], ['course.school_id', 'course.id'], name=op.f('fk_mark_school_id_course_id')),
    sa.ForeignKeyConstraint(['school_id', 'given_by'], ['person.school_id', 'person.id'], name=op.f('fk_mark_school_id_given_by')),
    sa.ForeignKeyConstraint(['school_id', 'lesson_id'], ['lesson.school_id', 'lesson.id'], name=op.f('fk_mark_school_id_lesson_id')),
    sa.ForeignKeyConstraint(['school_id', 'pupil_id'], ['pupil.school_id', 'pupil.id'], name=op.f('fk_mark_school_id_pupil_id')),
    sa.ForeignKeyConstraint(['school_id'], ['school.id'], name=op.f('fk_mark_school_id')),
    sa.PrimaryKeyConstraint('school_id', 'id', name=op.f('pk_mark'))
    )
    with op.batch_alter_table('mark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mark_school_id_course_id_pupil_id'), ['school_id', 'course_id', 'pupil_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mark_school_id_lesson_id'), ['school_id', 'lesson_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_mark_school_id_pupil_id_given_at'), ['school_id', 'pupil_id', 'given_at'], unique=False)

    op.create_table('mark_revision',
    sa.Column('school_id', sa.Integer(), nullable=False),
    sa.Column('mark_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('action', sa.Enum('given', 'corrected', 'withdrawn', name='mark_action', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('value', sa.SmallInteger(), nullable=False),
    sa.Column('weight', sa.SmallInteger(), nullable=False),
    sa.Column('work', sa.Enum('answer', 'classwork', 'homework', 'test', 'exam', name='work_kind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('comment', sa.String(length=500), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=True),
    sa.Column('by', sa.Uuid(), nullable=False),
    sa.Column('at', school.db.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['school_id', 'by'], ['person.school_id', 'person.id'], name=op.f('fk_mark_revision_school_id_by')),
    sa.ForeignKeyConstraint(['school_id', 'mark_id'], ['mark.school_id', 'mark.id'], name=op.f('fk_mark_revision_school_id_mark_id')),
    sa.PrimaryKeyConstraint('school_id', 'mark_id', 'revision', name=op.f('pk_mark_revision'))
    )

    op.execute("INSERT INTO feed_head (id, seq) VALUES (1, 0)")
