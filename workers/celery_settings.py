"""How Celery is told to behave: it carries wake-ups and nothing else, on as few connections as it can."""

from typing import Any

from core import layout

SETTINGS: dict[str, Any] = {
    "task_ignore_result": True,
    "task_store_errors_even_if_ignored": False,
    "task_acks_late": True,
    "task_reject_on_worker_lost": False,
    "task_default_queue": "decide",
    "task_create_missing_queues": True,
    "worker_prefetch_multiplier": 1,
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "broker_pool_limit": 1,
    "broker_heartbeat": 0,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_channel_error_retry": True,
    "broker_transport_options": {
        "global_keyprefix": layout.QUEUE,
        "priority_steps": [0],
        "visibility_timeout": 60,  # twice the longest a drain runs; a wake-up that comes twice costs nothing
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "unacked_mutex_expire": 30,
        "socket_timeout": 10.0,
        "socket_connect_timeout": 2.0,
        "socket_keepalive": True,
        "health_check_interval": 5,  # a half-open connection is found out after 15 s (measured), and not after 50
        "max_connections": 6,
    },
    "task_serializer": "json",
    "accept_content": ["json"],
    "timezone": "UTC",
}
