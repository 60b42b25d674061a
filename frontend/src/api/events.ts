/** Made by scripts/eventTypes.mjs from docs/api/events.json; not to be changed by hand. */

export interface components {
    schemas: {
        /**
         * AccessChanged
         * @description Whether a person may log in.
         */
        AccessChanged: {
            /** Operator Id */
            operator_id: number;
            /** Is Active */
            is_active: boolean;
        };
        /** AccountChanged */
        AccountChanged: {
            account: components["schemas"]["AccountView"];
        };
        /**
         * AccountKind
         * @enum {string}
         */
        AccountKind: "official" | "employee";
        /**
         * AccountRefView
         * @description An account as other things name it.
         */
        AccountRefView: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Platform */
            platform: string;
        };
        /**
         * AccountStatus
         * @enum {string}
         */
        AccountStatus: "active" | "paused" | "reauthorise" | "misconfigured" | "blocked" | "removed";
        /** AccountView */
        AccountView: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Platform */
            platform: string;
            /** External Id */
            external_id: string;
            agency: components["schemas"]["AgencyRef"];
            kind: components["schemas"]["AccountKind"];
            /** Team Id */
            team_id: number | null;
            /** Owner Operator Id */
            owner_operator_id: number | null;
            /** Callback Path */
            callback_path: string | null;
            /** Settings */
            settings: {
                [key: string]: unknown;
            } | null;
            status: components["schemas"]["AccountStatus"];
            /** Status Advice */
            status_advice: string | null;
            /** Status Detail */
            status_detail: string | null;
            /**
             * Status Since
             * Format: date-time
             */
            status_since: string;
            /** Token Expires At */
            token_expires_at: string | null;
            /** Last Poll At */
            last_poll_at: string | null;
            /** Last Push At */
            last_push_at: string | null;
            /** Lag Seconds */
            lag_seconds: number | null;
            /** Unreachable Since */
            unreachable_since: string | null;
            /** Push Fault */
            push_fault: string | null;
            /** Streams */
            streams: components["schemas"]["StreamView"][];
            reading_pause: components["schemas"]["ReadingPauseView"] | null;
            /** Unread Streams */
            unread_streams: string[];
            waiting: components["schemas"]["WaitingView"];
            /** Error Streak */
            error_streak: number;
            /** Retry At */
            retry_at: string | null;
            /** @default null */
            quota: components["schemas"]["QuotaView"] | null;
            /** Capabilities */
            capabilities: string[];
            /** Refused Capabilities */
            refused_capabilities: components["schemas"]["RefusedCapabilityView"][];
            /** Edition */
            edition: string;
            /** Version */
            version: number;
        };
        /**
         * AgencyKind
         * @enum {string}
         */
        AgencyKind: "in_house" | "third_party";
        /** AgencyRef */
        AgencyRef: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            kind: components["schemas"]["AgencyKind"];
        };
        /** AlertChanged */
        AlertChanged: {
            alert: components["schemas"]["AlertView"];
        };
        /**
         * AlertKind
         * @enum {string}
         */
        AlertKind: "volume" | "negative_share";
        /** AlertView */
        AlertView: {
            /** Id */
            id: number;
            account: components["schemas"]["AccountRefView"];
            kind: components["schemas"]["AlertKind"];
            /**
             * Hour
             * Format: date-time
             */
            hour: string;
            /** Value */
            value: number;
            /** Baseline */
            baseline: number;
            /** Posts */
            posts: number;
            /** Negative */
            negative: number;
            topic: components["schemas"]["TermTopicRef"] | null;
            /**
             * Raised At
             * Format: date-time
             */
            raised_at: string;
            /**
             * Last Seen At
             * Format: date-time
             */
            last_seen_at: string;
            /**
             * Cools Until
             * Format: date-time
             */
            cools_until: string;
            /** Acknowledged At */
            acknowledged_at: string | null;
            acknowledged_by: components["schemas"]["PersonRef"] | null;
            /** Version */
            version: number;
        };
        /** CalendarChanged */
        CalendarChanged: {
            /** Calendar Id */
            calendar_id: number;
        };
        /** CapacityChanged */
        CapacityChanged: {
            /** Operator Id */
            operator_id: number;
            /** Capacity */
            capacity: number;
            lanes: components["schemas"]["LaneLimits"];
        };
        /**
         * Channel
         * @description A way of telling somebody.
         * @enum {string}
         */
        Channel: "bell" | "sound" | "desktop" | "email";
        /** ContactRefView */
        ContactRefView: {
            /** Id */
            id: number;
            /** Name */
            name: string;
            /** Avatar Url */
            avatar_url: string | null;
            /** Verified */
            verified: boolean;
            /** Followers Count */
            followers_count: number | null;
            /** Level */
            level: string | null;
        };
        /** ContractChanged */
        ContractChanged: {
            /** Contract Id */
            contract_id: number;
            /** Agency Id */
            agency_id: number;
        };
        /**
         * CopyState
         * @description How far the copy of a medium has come.
         * @enum {string}
         */
        CopyState: "idle" | "waiting" | "ready" | "too_large" | "expired" | "failed";
        /** DealingChanged */
        DealingChanged: {
            /** Agency Id */
            agency_id: number;
            /** Version */
            version: number;
        };
        /**
         * Direction
         * @enum {string}
         */
        Direction: "inbound" | "outbound" | "note" | "system";
        /**
         * GrantChanged
         * @description A grant began, ended, or is another from now on: who works by it is another actor at once.
         */
        GrantChanged: {
            /** Grant Id */
            grant_id: number;
            /** Account Id */
            account_id: number;
            /** Agency Id */
            agency_id: number;
        };
        /** HolidayYearChanged */
        HolidayYearChanged: {
            /** Year */
            year: number;
        };
        /**
         * InboundItemLabelled
         * @description Somebody said what an item really was, or made a request of it after all.
         */
        InboundItemLabelled: {
            /** Inbound Item Id */
            inbound_item_id: number;
            /** Account Id */
            account_id: number;
        };
        /**
         * InboundItemsJudged
         * @description A batch of one account's items has been judged: totals, and the newest item's id.
         */
        InboundItemsJudged: {
            /** Account Id */
            account_id: number;
            /** Kept */
            kept: number;
            /** Dropped */
            dropped: number;
            /** Needs Review */
            needs_review: number;
            /** Newest Id */
            newest_id: number;
            /** Monitor Ids */
            monitor_ids: number[];
        };
        /**
         * Lane
         * @description Platforms know two lanes; notes to colleagues are the third and never leave the house.
         * @enum {string}
         */
        Lane: "public" | "private" | "internal";
        /**
         * LaneLimits
         * @description So many requests of a lane somebody is working on at most; null: as many as their capacity takes.
         */
        LaneLimits: {
            /**
             * Private
             * @default null
             */
            private: number | null;
            /**
             * Public
             * @default null
             */
            public: number | null;
        };
        /**
         * ListEntryChanged
         * @description An author was put on a list, taken off it, or noted anew.
         */
        ListEntryChanged: {
            /** Special List Entry Id */
            special_list_entry_id: number;
            list: components["schemas"]["SpecialList"];
        };
        /** LongWorkChanged */
        LongWorkChanged: {
            long_work: components["schemas"]["LongWorkView"];
        };
        /** LongWorkRemoved */
        LongWorkRemoved: {
            /** Long Work Id */
            long_work_id: number;
        };
        /**
         * LongWorkResult
         * @description The file that a piece of work has left.
         */
        LongWorkResult: {
            /** Name */
            name: string;
            /** Size */
            size: number;
            /**
             * Kept Until
             * Format: date-time
             */
            kept_until: string;
        };
        /**
         * LongWorkState
         * @enum {string}
         */
        LongWorkState: "queued" | "running" | "cancelling" | "cancelled" | "failed" | "done";
        /** LongWorkView */
        LongWorkView: {
            /** Id */
            id: number;
            /** Kind */
            kind: string;
            /** Label */
            label: string;
            owner: components["schemas"]["PersonRef"] | null;
            state: components["schemas"]["LongWorkState"];
            /** Total */
            total: number | null;
            /** Done */
            done: number;
            /** Skipped */
            skipped: number;
            /** Failed */
            failed: number;
            /** Seconds Left */
            seconds_left: number | null;
            /** Error */
            error: string | null;
            /** Error Text */
            error_text: string | null;
            result: components["schemas"]["LongWorkResult"] | null;
            /** May Retry */
            may_retry: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Started At */
            started_at: string | null;
            /** Finished At */
            finished_at: string | null;
            /** Version */
            version: number;
        };
        /**
         * LookChanged
         * @description That somebody looks through a person's eyes, or does no more.
         */
        LookChanged: {
            /** Operator Id */
            operator_id: number;
            /** Session Id */
            session_id: number;
            by: components["schemas"]["PersonRef"];
            /** Until */
            until: string | null;
        };
        /**
         * MailChanged
         * @description One of one's e-mails was sent, was not, or waits; or one's address changed.
         */
        MailChanged: {
            mail: components["schemas"]["MailView"] | null;
            standing: components["schemas"]["MailStanding"];
        };
        /**
         * MailStanding
         * @description How one's address stands.
         * @enum {string}
         */
        MailStanding: "none" | "unconfirmed" | "confirmed" | "stopped";
        /**
         * MailState
         * @enum {string}
         */
        MailState: "queued" | "sending" | "sent" | "failed" | "unknown" | "dropped";
        /** MailView */
        MailView: {
            /** Id */
            id: number;
            /** Purpose */
            purpose: string;
            state: components["schemas"]["MailState"];
            /** Reason */
            reason: string | null;
            /** Answer */
            answer: string | null;
            /** May Be Doubled */
            may_be_doubled: boolean;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Due At
             * Format: date-time
             */
            due_at: string;
            /** Ended At */
            ended_at: string | null;
        };
        /**
         * MediaView
         * @description A medium as people see it. Addresses are our own; only `link` leads outside, and only when clicked.
         */
        MediaView: {
            /** Id */
            id: number | null;
            /**
             * Attachment Id
             * @default null
             */
            attachment_id: number | null;
            /** Kind */
            kind: string;
            state: components["schemas"]["CopyState"] | null;
            /** Reason */
            reason: string | null;
            /** Can Ask */
            can_ask: boolean;
            /** Url */
            url: string | null;
            /** Can Show */
            can_show: boolean;
            /** Preview Url */
            preview_url: string | null;
            /** Mime Type */
            mime_type: string | null;
            /** Size */
            size: number | null;
            /** Name */
            name: string | null;
            /** Title */
            title: string | null;
            /** Description */
            description: string | null;
            /** Duration Seconds */
            duration_seconds: number | null;
            /** Latitude */
            latitude: number | null;
            /** Longitude */
            longitude: number | null;
            /** Link */
            link: string | null;
        };
        /** MessageChanged */
        MessageChanged: {
            message: components["schemas"]["MessageView"];
            service_request: components["schemas"]["ServiceRequestView"] | null;
        };
        /** MessageView */
        MessageView: {
            /** Id */
            id: number;
            /** Conversation Id */
            conversation_id: number;
            /** Service Request Id */
            service_request_id: number | null;
            /** Number */
            number: number;
            direction: components["schemas"]["Direction"];
            lane: components["schemas"]["Lane"];
            /** Kind */
            kind: string;
            /** Author Name */
            author_name: string;
            operator: components["schemas"]["PersonRef"] | null;
            /** Text */
            text: string;
            /** Media */
            media: components["schemas"]["MediaView"][];
            origin: components["schemas"]["OriginView"] | null;
            sentiment: components["schemas"]["SentimentView"] | null;
            /** Reasons */
            reasons: components["schemas"]["ReasonView"][];
            /** External Url */
            external_url: string | null;
            /**
             * Occurred At
             * Format: date-time
             */
            occurred_at: string;
            /** Edited At */
            edited_at: string | null;
            /** Deleted At */
            deleted_at: string | null;
            /** Revisions */
            revisions: components["schemas"]["RevisionView"][];
            state: components["schemas"]["OutboundState"] | null;
            error: components["schemas"]["SendErrorView"] | null;
            /** Undo Until */
            undo_until: string | null;
            /** Version */
            version: number;
        };
        /** ModelPromoted */
        ModelPromoted: {
            /** Name */
            name: string;
            /** Figures */
            figures: {
                [key: string]: number;
            };
        };
        /** MonitorChanged */
        MonitorChanged: {
            /** Monitor Id */
            monitor_id: number;
            /** Is Active */
            is_active: boolean;
            /** Is Deleted */
            is_deleted: boolean;
            /** Version */
            version: number;
        };
        /** NotificationAdded */
        NotificationAdded: {
            notification: components["schemas"]["NotificationView"];
            /** Replaces */
            replaces: number | null;
            /** Channels */
            channels: components["schemas"]["Channel"][];
        };
        /** NotificationSettingsChanged */
        NotificationSettingsChanged: {
            /** Version */
            version: number;
        };
        /** NotificationView */
        NotificationView: {
            /** Id */
            id: number;
            /** Kind */
            kind: string;
            /** Title */
            title: string;
            subject: components["schemas"]["SubjectView"];
            /** Path */
            path: string;
            /** Count */
            count: number;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Read At */
            read_at: string | null;
        };
        /**
         * NotificationsMarked
         * @description Read here is read everywhere.
         */
        NotificationsMarked: {
            /** Ids */
            ids: number[];
            /** Up To */
            up_to: number | null;
            /**
             * Read At
             * Format: date-time
             */
            read_at: string;
            /** Unread */
            unread: number;
        };
        /** OperatorSkilled */
        OperatorSkilled: {
            /** Operator Id */
            operator_id: number;
        };
        /**
         * OriginView
         * @description The post or article that an item stands under.
         */
        OriginView: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "post" | "article";
            /** Title */
            title: string | null;
            /** Text */
            text: string | null;
            /** Author Name */
            author_name: string | null;
            /** Link */
            link: string | null;
            picture: components["schemas"]["MediaView"] | null;
        };
        /**
         * OutboundState
         * @enum {string}
         */
        OutboundState: "queued" | "sending" | "sent" | "failed" | "unknown" | "cancelled";
        /**
         * PersonChanged
         * @description What somebody is from now on.
         */
        PersonChanged: {
            /** Operator Id */
            operator_id: number;
            /** Name */
            name: string;
            /** Role Ids */
            role_ids: number[];
            /** Team Ids */
            team_ids: number[];
        };
        /** PersonPlaced */
        PersonPlaced: {
            /** Operator Id */
            operator_id: number;
            /** Unit Id */
            unit_id: number;
            /** Leads */
            leads: boolean;
        };
        /** PersonRef */
        PersonRef: {
            /** Id */
            id: number;
            /** Name */
            name: string;
        };
        /**
         * PlannedFor
         * @description What one act of planning means to one person.
         */
        PlannedFor: {
            /** Operator Id */
            operator_id: number;
            /**
             * Did
             * @enum {string}
             */
            did: "planned" | "edited" | "removed";
            /** Count */
            count: number;
            /**
             * First
             * Format: date
             */
            first: string;
            /**
             * Last
             * Format: date
             */
            last: string;
        };
        /**
         * Presence
         * @description What somebody does. Only who is online is given work.
         * @enum {string}
         */
        Presence: "online" | "busy" | "break" | "training" | "away" | "offline";
        /** PresenceChanged */
        PresenceChanged: {
            /** Operator Id */
            operator_id: number;
            presence: components["schemas"]["Presence"];
            /** Reason */
            reason: string;
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /** Until */
            until: string | null;
        };
        /** PreviewView */
        PreviewView: {
            /** Text */
            text: string;
            /**
             * Medium
             * @default null
             */
            medium: string | null;
            /** Direction */
            direction: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
            /**
             * Planned For
             * @default null
             */
            planned_for: string | null;
        };
        /** PublicationChanged */
        PublicationChanged: {
            publication: components["schemas"]["PublicationView"];
        };
        /** PublicationErrorView */
        PublicationErrorView: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
        };
        /**
         * PublicationKind
         * @enum {string}
         */
        PublicationKind: "post" | "repost";
        /** PublicationMediaView */
        PublicationMediaView: {
            /** Kind */
            kind: string;
            /** Mime Type */
            mime_type: string;
            /** Filename */
            filename: string;
            /** Description */
            description: string | null;
            /** Size */
            size: number;
        };
        /** PublicationView */
        PublicationView: {
            /** Id */
            id: number;
            account: components["schemas"]["AccountRefView"];
            operator: components["schemas"]["PersonRef"] | null;
            kind: components["schemas"]["PublicationKind"];
            /** Text */
            text: string;
            /** Title */
            title: string | null;
            /** Visibility */
            visibility: string | null;
            /** Repost Of */
            repost_of: string | null;
            /** Media */
            media: components["schemas"]["PublicationMediaView"][];
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /**
             * Leaves At
             * Format: date-time
             */
            leaves_at: string;
            state: components["schemas"]["OutboundState"];
            /** Is Accepted */
            is_accepted: boolean;
            error: components["schemas"]["PublicationErrorView"] | null;
            /** Undo Until */
            undo_until: string | null;
            /** External Id */
            external_id: string | null;
            /** Finished At */
            finished_at: string | null;
            /** Version */
            version: number;
        };
        /** QuotaView */
        QuotaView: {
            /** Remaining */
            remaining: number;
            /** Limit */
            limit: number;
            /** Resets At */
            resets_at: string | null;
        };
        /**
         * ReadingPauseView
         * @description An account in use that is not read for long: nothing is lost, and nothing comes in meanwhile.
         */
        ReadingPauseView: {
            /**
             * Reason
             * @enum {string}
             */
            reason: "quota_spent" | "waits";
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
        };
        /**
         * ReasonView
         * @description Words that moved a judgement.
         */
        ReasonView: {
            /** Kind */
            kind: string;
            /** Text */
            text: string;
            /** Weight */
            weight: number;
        };
        /**
         * RefusedCapabilityView
         * @description What the platform refused the account for want of a right; it is tried again a day later.
         */
        RefusedCapabilityView: {
            /** Capability */
            capability: string;
            /**
             * Refused At
             * Format: date-time
             */
            refused_at: string;
        };
        /**
         * RequestStatus
         * @enum {string}
         */
        RequestStatus: "new" | "open" | "pending" | "on_hold" | "resolved" | "closed";
        /**
         * RevisionView
         * @description What a message said until its author changed it.
         */
        RevisionView: {
            /** Number */
            number: number;
            /** Text */
            text: string;
            /**
             * Replaced At
             * Format: date-time
             */
            replaced_at: string;
        };
        /**
         * RoleChanged
         * @description That a role is new, another or gone; what it allows is asked for by who may know.
         */
        RoleChanged: {
            /** Role Id */
            role_id: number;
        };
        /** RoutingQueueChanged */
        RoutingQueueChanged: {
            /** Routing Queue Id */
            routing_queue_id: number;
        };
        /** RoutingRuleChanged */
        RoutingRuleChanged: {
            /** Routing Rule Id */
            routing_rule_id: number;
        };
        /** RuleChanged */
        RuleChanged: {
            /** Automation Rule Id */
            automation_rule_id: number;
        };
        /**
         * SampleReviewed
         * @description Somebody looked at an item of the sample, or took back what they had said of it.
         */
        SampleReviewed: {
            /** Filter Sample Id */
            filter_sample_id: number;
            /** Sampled Item Id */
            sampled_item_id: number;
        };
        /** SavedViewChanged */
        SavedViewChanged: {
            /** Saved View Id */
            saved_view_id: number;
            /** Subject */
            subject: string;
        };
        /** SendErrorView */
        SendErrorView: {
            /** Code */
            code: string;
            /** Detail */
            detail: string;
        };
        /** SentimentView */
        SentimentView: {
            /** Value */
            value: number;
            /** Score */
            score: number;
            /** Unsure */
            unsure: boolean;
        };
        /**
         * ServiceClock
         * @description What a request's time is counted for.
         * @enum {string}
         */
        ServiceClock: "first" | "next" | "resolution";
        /**
         * ServiceLevelMarked
         * @description A request's time is nearly over, or over.
         */
        ServiceLevelMarked: {
            /** Service Request Id */
            service_request_id: number;
            clock: components["schemas"]["ServiceClock"];
            /**
             * Due At
             * Format: date-time
             */
            due_at: string;
        };
        /** ServicePolicyChanged */
        ServicePolicyChanged: {
            /** Service Policy Id */
            service_policy_id: number;
        };
        /** ServiceRequestChanged */
        ServiceRequestChanged: {
            service_request: components["schemas"]["ServiceRequestView"];
        };
        /** ServiceRequestView */
        ServiceRequestView: {
            /** Id */
            id: number;
            /** Number */
            number: string;
            /** Conversation Id */
            conversation_id: number;
            account: components["schemas"]["AccountRefView"];
            lane: components["schemas"]["Lane"];
            status: components["schemas"]["RequestStatus"];
            /** Type */
            type: string;
            /** Priority */
            priority: number;
            /** Priority Parts */
            priority_parts: string[];
            sentiment: components["schemas"]["SentimentView"];
            contact: components["schemas"]["ContactRefView"];
            assignee: components["schemas"]["PersonRef"] | null;
            team: components["schemas"]["TeamRef"] | null;
            preview: components["schemas"]["PreviewView"];
            /** Unread Count */
            unread_count: number;
            /** Offered At */
            offered_at: string | null;
            /** Message Count */
            message_count: number;
            /**
             * Opened At
             * Format: date-time
             */
            opened_at: string;
            /**
             * Last Inbound At
             * Format: date-time
             */
            last_inbound_at: string;
            /** Waiting Since */
            waiting_since: string | null;
            /** Due At */
            due_at: string | null;
            /** First Replied At */
            first_replied_at: string | null;
            /** Policy Id */
            policy_id: number | null;
            /** Resolve Due At */
            resolve_due_at: string | null;
            /** Stopped At */
            stopped_at: string | null;
            window: components["schemas"]["WindowView"] | null;
            /** Send Failure */
            send_failure: string | null;
            /** Merged Into Id */
            merged_into_id: number | null;
            /** Version */
            version: number;
        };
        /** SessionEnded */
        SessionEnded: {
            /** Session Id */
            session_id: number;
            /** Reason */
            reason: string;
        };
        /** ShiftPlanChanged */
        ShiftPlanChanged: {
            /** Agency Id */
            agency_id: number;
            /**
             * First
             * Format: date
             */
            first: string;
            /**
             * Last
             * Format: date
             */
            last: string;
            /** People */
            people?: components["schemas"]["PlannedFor"][];
        };
        /** ShiftSwapChanged */
        ShiftSwapChanged: {
            /** Shift Swap Id */
            shift_swap_id: number;
            state: components["schemas"]["SwapState"];
        };
        /** SkillChanged */
        SkillChanged: {
            /** Skill Id */
            skill_id: number;
        };
        /**
         * SpecialList
         * @enum {string}
         */
        SpecialList: "blocked" | "do_not_serve" | "vip" | "do_not_disturb" | "staff";
        /**
         * StreamView
         * @description One thing that is read of an account.
         */
        StreamView: {
            /** Name */
            name: string;
            /** Is Active */
            is_active: boolean;
            /** Last Success At */
            last_success_at: string | null;
            /** Last Error */
            last_error: string | null;
            /**
             * Due At
             * Format: date-time
             */
            due_at: string;
        };
        /**
         * SubjectView
         * @description What a notification is about.
         */
        SubjectView: {
            /** Kind */
            kind: string;
            /** Id */
            id: number;
        };
        /**
         * SwapState
         * @enum {string}
         */
        SwapState: "asked" | "agreed" | "declined" | "approved" | "refused" | "withdrawn" | "void";
        /** TeamChanged */
        TeamChanged: {
            /** Team Id */
            team_id: number;
            /** Agency Id */
            agency_id: number;
            /** Name */
            name: string;
        };
        /** TeamRef */
        TeamRef: {
            /** Id */
            id: number;
            /** Name */
            name: string;
        };
        /** TermTopicRef */
        TermTopicRef: {
            /** Id */
            id: number;
            /** Label */
            label: string;
        };
        /** TermView */
        TermView: {
            /** Word */
            word: string;
            /** Posts */
            posts: number;
        };
        /** TopicChanged */
        TopicChanged: {
            topic: components["schemas"]["TopicView"];
        };
        /** TopicView */
        TopicView: {
            /** Id */
            id: number;
            account: components["schemas"]["AccountRefView"];
            /** Label */
            label: string;
            /**
             * Example
             * @description a sentence of one of its posts that stands for all
             */
            example: string;
            /** Terms */
            terms: components["schemas"]["TermView"][];
            /** Item Count */
            item_count: number;
            /** Negative Count */
            negative_count: number;
            /**
             * First Seen At
             * Format: date-time
             */
            first_seen_at: string;
            /**
             * Last Seen At
             * Format: date-time
             */
            last_seen_at: string;
            /** Version */
            version: number;
        };
        /**
         * UnitChanged
         * @description What a unit is from now on.
         */
        UnitChanged: {
            /** Unit Id */
            unit_id: number;
            /** Agency Id */
            agency_id: number;
            /** Parent Id */
            parent_id: number | null;
            kind: components["schemas"]["UnitKind"];
            /** Name */
            name: string;
        };
        /**
         * UnitKind
         * @enum {string}
         */
        UnitKind: "enterprise" | "agency" | "centre" | "department" | "team";
        /**
         * WaitingView
         * @description What of an account waits to be dealt with.
         */
        WaitingView: {
            /** Pushes */
            pushes: number;
            /** Sealed Pushes */
            sealed_pushes: number;
            /** Outbound */
            outbound: number;
            /** Media */
            media: number;
        };
        /** WhisperAdded */
        WhisperAdded: {
            whisper: components["schemas"]["WhisperView"];
        };
        /** WhisperView */
        WhisperView: {
            /** Id */
            id: number;
            /** Service Request Id */
            service_request_id: number;
            author: components["schemas"]["PersonRef"] | null;
            holder: components["schemas"]["PersonRef"] | null;
            /** Text */
            text: string;
            /**
             * At
             * Format: date-time
             */
            at: string;
        };
        /**
         * WindowView
         * @description Until when, and how many more times, the platform lets us answer privately.
         */
        WindowView: {
            /** Until */
            until: string | null;
            /** Remaining */
            remaining: number | null;
            /**
             * Reason
             * @default null
             */
            reason: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}

export interface EventPayloads {
  'account.capabilities_changed': components['schemas']['AccountChanged']
  'account.status_changed': components['schemas']['AccountChanged']
  'alert.acknowledged': components['schemas']['AlertChanged']
  'alert.raised': components['schemas']['AlertChanged']
  'alert.updated': components['schemas']['AlertChanged']
  'automation_rule.added': components['schemas']['RuleChanged']
  'automation_rule.edited': components['schemas']['RuleChanged']
  'automation_rule.judged': components['schemas']['RuleChanged']
  'automation_rule.removed': components['schemas']['RuleChanged']
  'automation_rule.switched': components['schemas']['RuleChanged']
  'automation_rule.worked': components['schemas']['RuleChanged']
  'calendar.added': components['schemas']['CalendarChanged']
  'calendar.edited': components['schemas']['CalendarChanged']
  'calendar.removed': components['schemas']['CalendarChanged']
  'contract.added': components['schemas']['ContractChanged']
  'contract.edited': components['schemas']['ContractChanged']
  'filter_sample.reviewed': components['schemas']['SampleReviewed']
  'grant.added': components['schemas']['GrantChanged']
  'grant.begun': components['schemas']['GrantChanged']
  'grant.edited': components['schemas']['GrantChanged']
  'grant.ended': components['schemas']['GrantChanged']
  'holiday_year.imported': components['schemas']['HolidayYearChanged']
  'holiday_year.removed': components['schemas']['HolidayYearChanged']
  'inbound_item.judged': components['schemas']['InboundItemsJudged']
  'inbound_item.labelled': components['schemas']['InboundItemLabelled']
  'long_work.changed': components['schemas']['LongWorkChanged']
  'long_work.removed': components['schemas']['LongWorkRemoved']
  'mailbox.changed': components['schemas']['MailChanged']
  'message.deleted': components['schemas']['MessageChanged']
  'message.edited': components['schemas']['MessageChanged']
  'message.received': components['schemas']['MessageChanged']
  'message.updated': components['schemas']['MessageChanged']
  'model.promoted': components['schemas']['ModelPromoted']
  'monitor.updated': components['schemas']['MonitorChanged']
  'note.added': components['schemas']['MessageChanged']
  'notification.added': components['schemas']['NotificationAdded']
  'notification_box.adjusted': components['schemas']['NotificationSettingsChanged']
  'notification_box.marked': components['schemas']['NotificationsMarked']
  'operator.capacity_changed': components['schemas']['CapacityChanged']
  'operator.changed': components['schemas']['PersonChanged']
  'operator.created': components['schemas']['PersonChanged']
  'operator.disabled': components['schemas']['AccessChanged']
  'operator.enabled': components['schemas']['AccessChanged']
  'operator.placed': components['schemas']['PersonPlaced']
  'operator.presence_changed': components['schemas']['PresenceChanged']
  'operator.skilled': components['schemas']['OperatorSkilled']
  'operator.view_ended': components['schemas']['LookChanged']
  'operator.view_started': components['schemas']['LookChanged']
  'publication.state_changed': components['schemas']['PublicationChanged']
  'reply.state_changed': components['schemas']['MessageChanged']
  'role.changed': components['schemas']['RoleChanged']
  'role.created': components['schemas']['RoleChanged']
  'role.deleted': components['schemas']['RoleChanged']
  'routing_queue.added': components['schemas']['RoutingQueueChanged']
  'routing_queue.edited': components['schemas']['RoutingQueueChanged']
  'routing_queue.moved': components['schemas']['RoutingQueueChanged']
  'routing_queue.removed': components['schemas']['RoutingQueueChanged']
  'routing_rule.added': components['schemas']['RoutingRuleChanged']
  'routing_rule.edited': components['schemas']['RoutingRuleChanged']
  'routing_rule.moved': components['schemas']['RoutingRuleChanged']
  'routing_rule.removed': components['schemas']['RoutingRuleChanged']
  'routing_rule.switched': components['schemas']['RoutingRuleChanged']
  'routing_settings.changed': components['schemas']['DealingChanged']
  'saved_view.added': components['schemas']['SavedViewChanged']
  'saved_view.edited': components['schemas']['SavedViewChanged']
  'saved_view.removed': components['schemas']['SavedViewChanged']
  'service_policy.added': components['schemas']['ServicePolicyChanged']
  'service_policy.edited': components['schemas']['ServicePolicyChanged']
  'service_policy.moved': components['schemas']['ServicePolicyChanged']
  'service_policy.removed': components['schemas']['ServicePolicyChanged']
  'service_policy.switched': components['schemas']['ServicePolicyChanged']
  'service_request.answer_failed': components['schemas']['ServiceRequestChanged']
  'service_request.assigned': components['schemas']['ServiceRequestChanged']
  'service_request.classified': components['schemas']['ServiceRequestChanged']
  'service_request.missed': components['schemas']['ServiceLevelMarked']
  'service_request.opened': components['schemas']['ServiceRequestChanged']
  'service_request.status_changed': components['schemas']['ServiceRequestChanged']
  'service_request.updated': components['schemas']['ServiceRequestChanged']
  'service_request.warned': components['schemas']['ServiceLevelMarked']
  'session.ended': components['schemas']['SessionEnded']
  'shift_plan.changed': components['schemas']['ShiftPlanChanged']
  'shift_swap.changed': components['schemas']['ShiftSwapChanged']
  'skill.added': components['schemas']['SkillChanged']
  'skill.edited': components['schemas']['SkillChanged']
  'skill.removed': components['schemas']['SkillChanged']
  'special_list.added': components['schemas']['ListEntryChanged']
  'special_list.edited': components['schemas']['ListEntryChanged']
  'special_list.removed': components['schemas']['ListEntryChanged']
  'team.created': components['schemas']['TeamChanged']
  'team.renamed': components['schemas']['TeamChanged']
  'topic.updated': components['schemas']['TopicChanged']
  'unit.created': components['schemas']['UnitChanged']
  'unit.dissolved': components['schemas']['UnitChanged']
  'unit.moved': components['schemas']['UnitChanged']
  'unit.renamed': components['schemas']['UnitChanged']
  'whisper.added': components['schemas']['WhisperAdded']
}

export const EVENT_NAMES = [
  'account.capabilities_changed',
  'account.status_changed',
  'alert.acknowledged',
  'alert.raised',
  'alert.updated',
  'automation_rule.added',
  'automation_rule.edited',
  'automation_rule.judged',
  'automation_rule.removed',
  'automation_rule.switched',
  'automation_rule.worked',
  'calendar.added',
  'calendar.edited',
  'calendar.removed',
  'contract.added',
  'contract.edited',
  'filter_sample.reviewed',
  'grant.added',
  'grant.begun',
  'grant.edited',
  'grant.ended',
  'holiday_year.imported',
  'holiday_year.removed',
  'inbound_item.judged',
  'inbound_item.labelled',
  'long_work.changed',
  'long_work.removed',
  'mailbox.changed',
  'message.deleted',
  'message.edited',
  'message.received',
  'message.updated',
  'model.promoted',
  'monitor.updated',
  'note.added',
  'notification.added',
  'notification_box.adjusted',
  'notification_box.marked',
  'operator.capacity_changed',
  'operator.changed',
  'operator.created',
  'operator.disabled',
  'operator.enabled',
  'operator.placed',
  'operator.presence_changed',
  'operator.skilled',
  'operator.view_ended',
  'operator.view_started',
  'publication.state_changed',
  'reply.state_changed',
  'role.changed',
  'role.created',
  'role.deleted',
  'routing_queue.added',
  'routing_queue.edited',
  'routing_queue.moved',
  'routing_queue.removed',
  'routing_rule.added',
  'routing_rule.edited',
  'routing_rule.moved',
  'routing_rule.removed',
  'routing_rule.switched',
  'routing_settings.changed',
  'saved_view.added',
  'saved_view.edited',
  'saved_view.removed',
  'service_policy.added',
  'service_policy.edited',
  'service_policy.moved',
  'service_policy.removed',
  'service_policy.switched',
  'service_request.answer_failed',
  'service_request.assigned',
  'service_request.classified',
  'service_request.missed',
  'service_request.opened',
  'service_request.status_changed',
  'service_request.updated',
  'service_request.warned',
  'session.ended',
  'shift_plan.changed',
  'shift_swap.changed',
  'skill.added',
  'skill.edited',
  'skill.removed',
  'special_list.added',
  'special_list.edited',
  'special_list.removed',
  'team.created',
  'team.renamed',
  'topic.updated',
  'unit.created',
  'unit.dissolved',
  'unit.moved',
  'unit.renamed',
  'whisper.added',
] as const

export const KINDS = [
  'account',
  'agency',
  'alert',
  'automation_rule',
  'calendar',
  'contract',
  'filter_sample',
  'grant',
  'holiday_year',
  'inbound_item',
  'long_work',
  'mailbox',
  'message',
  'model',
  'monitor',
  'notification',
  'notification_box',
  'operator',
  'publication',
  'role',
  'routing_queue',
  'routing_rule',
  'saved_view',
  'service_policy',
  'service_request',
  'session',
  'shift_swap',
  'skill',
  'special_list_entry',
  'team',
  'topic',
  'unit',
  'whisper',
] as const

export type Kind = (typeof KINDS)[number]

interface At { seq: number; occurred_at: string }

export type Withdrawn = At & { name: `${Kind}.withdrawn`; payload: { id: number } }

type Declared = { [Name in keyof EventPayloads]: At & { name: Name; payload: EventPayloads[Name] } }

/** Whatever the server tells. */
export type ServerEvent = Declared[keyof EventPayloads] | Withdrawn
