"""A self-hosted WhatsApp Business API server: three faces over one durable core."""

__version__ = "0.1.0"
